using SlaveAgent.Chmpx;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class RingJudgeTests
{
    private static readonly ChmpxSettings Settings = new("chmpx.service", Supervision.Direct, At(3), At(40), At(30));

    private static readonly IniDocument Two = IniReader.Read(SampleIni.With(["svr1", "svr2"], generation: 7));

    [Fact]
    public void Connected_to_every_server_is_connected_and_quiet()
    {
        var verdict = RingJudge.Judge(Situation(View(7, Good("svr1"), Good("svr2"))));
        Assert.Equal(new RingVerdict(RingState.Connected, "2/2 servers connected, generation 7"), verdict);
    }

    [Fact]
    public void One_server_that_is_down_leaves_it_connected_and_is_a_reason_to_ask()
    {
        var verdict = RingJudge.Judge(Situation(View(7, Good("svr1"), Down("svr2"))));
        Assert.Equal((RingState.Connected, RingAction.None, "1/2 servers connected, generation 7; 1 not in the ring or down"), (verdict.State, verdict.Action, verdict.Words));
        Assert.Contains("cuk-svr2", verdict.Disagreement, StringComparison.Ordinal);
        Assert.DoesNotContain("cuk-svr1", verdict.Disagreement, StringComparison.Ordinal);
    }

    [Fact]
    public void A_listed_server_that_the_ring_does_not_show_is_a_reason_to_ask_and_no_error()
    {
        var verdict = RingJudge.Judge(Situation(View(7, Good("svr1"))));
        Assert.Equal(RingState.Connected, verdict.State);
        Assert.StartsWith("-", verdict.Disagreement, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_joined_before_it_was_listed_is_a_reason_to_ask()
    {
        var verdict = RingJudge.Judge(Situation(View(7, Good("svr1"), Good("svr2"), Good("svr3"))));
        Assert.Equal((RingState.Connected, RingAction.None), (verdict.State, verdict.Action));
        Assert.StartsWith("+", verdict.Disagreement, StringComparison.Ordinal);
        Assert.Contains("cuk-svr3", verdict.Disagreement, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reason_does_not_depend_on_the_order_in_which_chmpx_lists_servers() => Assert.Equal(
        RingJudge.Judge(Situation(View(7, Good("svr3"), Good("svr4"), Good("svr1")))).Disagreement,
        RingJudge.Judge(Situation(View(7, Good("svr1"), Good("svr4"), Good("svr3")))).Disagreement);

    [Fact]
    public void Every_server_down_is_not_let_in_and_waited_for_however_long()
    {
        var verdict = RingJudge.Judge(Situation(View(7, Down("svr1"), Down("svr2"))) with
        {
            SinceChange = TimeSpan.FromDays(1),
            SinceQuiet = TimeSpan.FromDays(1),
            SinceRestart = TimeSpan.FromDays(1),
            SinceLacking = TimeSpan.FromDays(1),
        });
        Assert.Equal((RingState.NotLetIn, RingAction.None), (verdict.State, verdict.Action));
    }

    [Fact]
    public void A_server_that_is_up_without_a_connection_is_waited_for_at_first()
    {
        var verdict = RingJudge.Judge(Situation(View(7, Good("svr1"), Up("svr2"))) with { SinceLacking = At(29) });
        Assert.Equal((RingState.Connecting, RingAction.None), (verdict.State, verdict.Action));
        Assert.Contains("no connection to svr2", verdict.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(31, 31, 0, 0, 0, RingAction.Stamp)]
    [InlineData(31, 30, 0, 0, 0, RingAction.None)]
    [InlineData(30, 31, 0, 0, 0, RingAction.None)]
    [InlineData(31, 31, 1, 0, 0, RingAction.Stamp)]
    [InlineData(31, 30, 2, 0, 0, RingAction.None)]
    [InlineData(31, 31, 2, 0, 0, RingAction.Restart)]
    [InlineData(31, 31, 2, 1, 40, RingAction.None)]
    [InlineData(31, 31, 2, 1, 41, RingAction.Restart)]
    [InlineData(31, 31, 2, 2, 79, RingAction.None)]
    [InlineData(31, 31, 2, 2, 81, RingAction.Restart)]
    [InlineData(31, 31, 2, 50, 599, RingAction.None)]
    [InlineData(31, 31, 2, 50, 601, RingAction.Restart)]
    public void A_connection_that_does_not_come_is_helped_by_two_stamps_and_then_by_ever_rarer_restarts(
        int lacking, int change, int stamps, int restarts, int restarted, RingAction action) => Assert.Equal(
        action,
        RingJudge.Judge(Situation(View(7, Good("svr1"), Up("svr2"))) with
        {
            SinceLacking = At(lacking),
            SinceChange = At(change),
            Stamps = stamps,
            Restarts = restarts,
            SinceRestart = At(restarted),
        }).Action);

    [Theory]
    [InlineData(3, 0, 0, 0, RingAction.None)]
    [InlineData(4, 0, 0, 0, RingAction.Stamp)]
    [InlineData(4, 1, 0, 0, RingAction.Stamp)]
    [InlineData(4, 2, 0, 0, RingAction.Restart)]
    [InlineData(4, 2, 1, 39, RingAction.None)]
    [InlineData(4, 2, 1, 41, RingAction.Restart)]
    public void A_generation_that_chmpx_does_not_load_is_stamped_again_and_then_restarted_for(int change, int stamps, int restarts, int restarted, RingAction action)
    {
        var verdict = RingJudge.Judge(Situation(View(6, Good("svr1"), Good("svr2"))) with { SinceChange = At(change), Stamps = stamps, Restarts = restarts, SinceRestart = At(restarted) });
        Assert.Equal((RingState.Loading, action), (verdict.State, verdict.Action));
        Assert.StartsWith("chmpx has generation 6 loaded and not 7", verdict.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40, 0, 0, RingAction.None)]
    [InlineData(41, 0, 0, RingAction.Restart)]
    [InlineData(41, 1, 39, RingAction.None)]
    [InlineData(81, 1, 81, RingAction.Restart)]
    public void A_chmpx_that_does_not_answer_is_waited_for_and_then_restarted_ever_more_rarely(int quiet, int restarts, int restarted, RingAction action)
    {
        var verdict = RingJudge.Judge(Situation(null) with { SinceQuiet = At(quiet), Restarts = restarts, SinceRestart = At(restarted) });
        Assert.Equal((RingState.Silent, action), (verdict.State, verdict.Action));
        Assert.Contains("control port 8031", verdict.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void What_chmpx_cannot_take_live_restarts_it_once_and_then_ever_more_rarely()
    {
        var situation = Situation(View(7, Good("svr1"), Good("svr2"))) with { RestartFor = "a changed PORT" };
        Assert.Equal(RingAction.Restart, RingJudge.Judge(situation).Action);
        Assert.Contains("a changed PORT", RingJudge.Judge(situation).Words, StringComparison.Ordinal);
        Assert.Equal(RingAction.None, RingJudge.Judge(situation with { Restarts = 1, SinceRestart = At(30) }).Action);
    }

    [Theory]
    [InlineData(4, 0, RingAction.Stamp)]
    [InlineData(3, 0, RingAction.None)]
    [InlineData(4, 1, RingAction.Stamp)]
    [InlineData(4, 2, RingAction.None)]
    public void Servers_that_are_gone_and_linger_are_purged_by_a_stamp_or_two_and_then_left(int change, int stamps, RingAction action)
    {
        var verdict = RingJudge.Judge(Situation(View(7, Good("svr1"), Good("svr2"), Down("gone"))) with { SinceChange = At(change), Stamps = stamps });
        Assert.Equal((RingState.Connected, action, true), (verdict.State, verdict.Action, verdict.HasLingering));
        Assert.Null(verdict.Disagreement);
    }

    [Fact]
    public void An_unlisted_server_that_is_up_does_not_linger() =>
        Assert.False(RingJudge.Judge(Situation(View(7, Good("svr1"), Good("svr2"), Up("svr3")))).HasLingering);

    [Fact]
    public void What_is_done_is_said_in_whole()
    {
        var connecting = Situation(View(7, Good("svr1"), Up("svr2"))) with { SinceLacking = At(31), SinceChange = At(31) };
        Assert.Equal("1/2 servers connected, generation 7; no connection to svr2; it is stamped again", RingJudge.Judge(connecting).Words);
        Assert.Equal("1/2 servers connected, generation 7; no connection to svr2; chmpx is restarted", RingJudge.Judge(connecting with { Stamps = 2 }).Words);
        var loading = Situation(View(6)) with { SinceChange = At(4) };
        Assert.Equal("chmpx has generation 6 loaded and not 7; it is stamped again", RingJudge.Judge(loading).Words);
        Assert.Equal("chmpx has generation 6 loaded and not 7, also after 2 new numbers; it is restarted", RingJudge.Judge(loading with { Stamps = 2 }).Words);
        Assert.Equal(
            "2/2 servers connected, generation 7; stamped again, so that chmpx forgets servers that are gone",
            RingJudge.Judge(Situation(View(7, Good("svr1"), Good("svr2"), Down("gone"))) with { SinceChange = At(4) }).Words);
        Assert.Equal("0/2 servers connected, generation 7; the servers are down, or do not list this slave yet", RingJudge.Judge(Situation(View(7))).Words);
        Assert.Equal("chmpx does not answer on control port 8031 yet", RingJudge.Judge(Situation(null)).Words);
        Assert.Equal("chmpx has not answered on control port 8031 for 41 s and is restarted", RingJudge.Judge(Situation(null) with { SinceQuiet = At(41) }).Words);
    }

    [Fact]
    public void Of_more_than_three_servers_without_a_connection_only_the_number_is_said()
    {
        var three = Enumerable.Range(1, 3).Select(i => $"svr{i}").ToArray();
        Assert.EndsWith(
            "no connection to svr1, svr2, svr3",
            RingJudge.Judge(Situation(View(7, [.. three.Select(Up)])) with { Ini = IniReader.Read(SampleIni.With(three, generation: 7)) }).Words,
            StringComparison.Ordinal);
        var names = Enumerable.Range(1, 4).Select(i => $"svr{i}").ToArray();
        var verdict = RingJudge.Judge(Situation(View(7, [.. names.Select(Up)])) with { Ini = IniReader.Read(SampleIni.With(names, generation: 7)) });
        Assert.Contains("no connection to 4 servers that are up", verdict.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ring_that_disagrees_in_whatever_way_for_a_day_brings_few_stamps_and_restarts()
    {
        var views = new Dictionary<string, RingView?>
        {
            ["silent"] = null,
            ["stuck"] = View(6, Good("svr1"), Good("svr2")),
            ["unconnected"] = View(7, Up("svr1"), Up("svr2")),
            ["half connected"] = View(7, Good("svr1"), Up("svr2")),
            ["not let in"] = View(7, Down("svr1"), Down("svr2")),
            ["one gone"] = View(7, Good("svr1")),
            ["all gone"] = View(7),
            ["one more"] = View(7, Good("svr1"), Good("svr2"), Good("svr3")),
            ["lingering"] = View(7, Good("svr1"), Good("svr2"), Down("gone")),
            ["other ring"] = View(7, Good("a"), Good("b")),
        };
        foreach (var (name, view) in views)
        {
            var (stamps, restarts) = SimulateDay(view, restartFor: null);
            Assert.True(stamps <= 2, $"{name}: {stamps} stamps");
            var mayRestart = name is "silent" or "stuck" or "unconnected" or "half connected";
            Assert.True(mayRestart ? restarts is > 0 and <= (24 * 6) + 6 : restarts == 0, $"{name}: {restarts} restarts");
        }

        Assert.InRange(SimulateDay(View(7, Good("svr1"), Good("svr2")), "a changed PORT").Restarts, 1, (24 * 6) + 6);
    }

    /// <summary>A look every second; stamps and restarts are counted as <see cref="VerifyConnectionStep"/> counts them, and help nothing.</summary>
    private static (int Stamps, int Restarts) SimulateDay(RingView? view, string? restartFor)
    {
        int stamps = 0, restarts = 0;
        TimeSpan changed = default, restarted = default;
        for (var now = TimeSpan.Zero; now < At(Iterations.Of(24 * 60 * 60)); now += At(1))
        {
            var verdict = RingJudge.Judge(new RingSituation(
                Two, view, now - changed, view is null ? now - restarted : TimeSpan.Zero, restarts == 0 ? TimeSpan.MaxValue : now - restarted, now, stamps, restarts, restartFor, Settings));
            switch (verdict.Action)
            {
                case RingAction.Stamp:
                    stamps++;
                    changed = now;
                    break;
                case RingAction.Restart:
                    restarts++;
                    restarted = now;
                    break;
                default:
                    break;
            }
        }

        return (stamps, restarts);
    }

    private static RingSituation Situation(RingView? view) => new(Two, view, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.MaxValue, TimeSpan.Zero, 0, 0, null, Settings);

    private static RingView View(int revision, params RingServer[] servers) => new(revision, [.. servers]);

    private static RingServer Good(string name) => new(new NodeKey($"cuk-{name}", 8021), name, InService: true, IsUp: true, IsConnected: true);

    private static RingServer Up(string name) => Good(name) with { IsConnected = false };

    private static RingServer Down(string name) => Good(name) with { InService = false, IsUp = false, IsConnected = false };

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
