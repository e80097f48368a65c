using SlaveAgent.Chmpx;
using SlaveAgent.Ring;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Ring;

public sealed class RegressionJudgeTests
{
    private static readonly ChmpxProcess First = new(10, 1000);
    private static readonly ChmpxProcess Second = new(11, 2000);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(1);
    private static readonly ChmpxSettings Limits = new("chmpx.service", Supervision.Direct, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30));

    /// <summary>Generation 1 was connected to a and b.</summary>
    private static readonly ConnectedGeneration Before = RegressionJudge.Judge(null, Ini(1, "a", "b"), View(1, First, On("a"), On("b")), true, Later, Limits)!;

    [Fact]
    public void A_connection_that_is_lost_to_a_server_that_is_up_is_reported_once_it_had_time_to_come()
    {
        var view = View(2, First, On("a"), Up("b"));
        Assert.Same(Before, Judge(Before, view, Soon));
        var regression = Judge(Before, view, Later)!.Regression!;
        Assert.Equal((2, 1, "b"), (regression.Generation, regression.Before, Assert.Single(regression.Lost)));
    }

    [Fact]
    public void A_server_that_is_down_was_not_lost_by_the_generation() => Assert.Equal((2, null), Of(Judge(Before, View(2, First, On("a"), Down("b")), Later)));

    [Fact]
    public void A_server_that_left_the_list_and_the_ring_is_none_that_was_lost_while_others_are_connected() =>
        Assert.Equal((2, null), Of(RegressionJudge.Judge(Before, Ini(2, "a"), View(2, First, On("a")), true, Later, Limits)));

    [Fact]
    public void A_server_that_left_the_list_and_is_still_up_in_the_ring_was_lost() =>
        Assert.Equal((1, "b"), Of(RegressionJudge.Judge(Before, Ini(2, "a"), View(2, First, On("a"), Up("b")), true, Later, Limits)));

    [Fact]
    public void Where_all_servers_are_others_and_none_is_connected_all_were_lost() =>
        Assert.Equal((1, "a b"), Of(RegressionJudge.Judge(Before, Ini(2, "x", "y"), View(2, First, Down("x"), Down("y")), false, Later, Limits)));

    [Fact]
    public void A_cluster_that_died_is_no_regression_and_what_a_new_chmpx_without_connections_shows_as_down_is()
    {
        Assert.Equal((2, null), Of(Judge(Before, View(2, First, Down("a"), Down("b")), Later)));
        Assert.Equal((1, "a b"), Of(Judge(Before, View(2, Second, Down("a"), Down("b")), Later)));
    }

    [Fact]
    public void A_chmpx_that_does_not_come_back_with_the_new_generation_has_lost_all()
    {
        Assert.Same(Before, Judge(Before, null, TimeSpan.FromSeconds(35)));
        Assert.Equal((1, "a b"), Of(Judge(Before, null, Later)));
    }

    [Fact]
    public void One_that_had_ended_before_is_not_the_new_generations_fault()
    {
        var ended = RegressionJudge.Judge(Before, Ini(1, "a", "b"), null, false, Later, Limits)!;
        Assert.Empty(ended.Servers);
        Assert.Null(Judge(ended, null, Later)!.Regression);
    }

    [Fact]
    public void While_chmpx_has_the_old_generation_loaded_nothing_is_said_of_the_new_one() => Assert.Same(Before, Judge(Before, View(1, First, On("a"), Up("b")), Later));

    [Fact]
    public void It_ends_when_the_connections_are_back_or_the_servers_are_down()
    {
        var regressed = Judge(Before, View(2, First, On("a"), Up("b")), Later);
        Assert.Same(regressed, Judge(regressed, null, Later));
        Assert.Same(regressed, Judge(regressed, View(2, First, On("a"), Up("b")), Soon));
        Assert.Equal((2, null), Of(Judge(regressed, View(2, First, On("a"), On("b")), Soon)));
        Assert.Equal((2, null), Of(Judge(regressed, View(2, First, On("a"), Down("b")), Soon)));
    }

    [Fact]
    public void It_ends_when_a_newer_generation_is_connected_and_not_before()
    {
        var regressed = RegressionJudge.Judge(Before, Ini(2, "a"), View(2, First, On("a"), Up("b")), true, Later, Limits);
        Assert.Same(regressed, RegressionJudge.Judge(regressed, Ini(3, "a"), View(2, First, On("a"), Up("b")), false, Soon, Limits));
        Assert.Same(regressed, RegressionJudge.Judge(regressed, Ini(3, "a"), View(3, First, Up("a"), Up("b")), false, Soon, Limits) is { Regression.Lost.Count: 2 } ? regressed : null);
        Assert.Equal((3, null), Of(RegressionJudge.Judge(regressed, Ini(3, "a"), View(3, First, On("a"), Up("b")), true, Soon, Limits)));
    }

    [Fact]
    public void What_is_as_before_is_the_same_object() => Assert.Same(Before, RegressionJudge.Judge(Before, Ini(1, "a", "b"), View(1, First, On("a"), On("b")), true, Later, Limits));

    private static ConnectedGeneration? Judge(ConnectedGeneration? before, RingView? view, TimeSpan since) =>
        RegressionJudge.Judge(before, Ini(2, "a", "b"), view, view?.Servers.All(server => server.IsConnected) is true, since, Limits);

    /// <summary>The generation that counts, and what was lost since.</summary>
    private static (int Generation, string? Lost) Of(ConnectedGeneration? generation) =>
        (generation!.Generation, generation.Regression is { } regression ? string.Join(' ', regression.Lost) : null);

    private static IniDocument Ini(int generation, params string[] servers) => IniReader.Read(SampleIni.With(servers, generation));

    private static RingView View(int revision, ChmpxProcess process, params RingServer[] servers) => new(revision, [.. servers]) { Process = process };

    private static RingServer On(string name) => Server(name, isUp: true, isConnected: true);

    private static RingServer Up(string name) => Server(name, isUp: true, isConnected: false);

    private static RingServer Down(string name) => Server(name, isUp: false, isConnected: false);

    private static RingServer Server(string name, bool isUp, bool isConnected) => new(new NodeKey($"cuk-{name}", 8021), name, isUp, isUp, isConnected);
}
