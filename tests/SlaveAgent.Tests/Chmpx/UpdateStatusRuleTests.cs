using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class UpdateStatusRuleTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 10, 0, 0, TimeSpan.Zero);

    private static readonly RingServer Down = new(new NodeKey("cuk-b", 8021), "b", InService: true, IsUp: false, IsConnected: false);

    private static readonly RingServer Connected = new(new NodeKey("cuk-a", 8021), "a", InService: true, IsUp: true, IsConnected: true);

    private static readonly RingStatusReport Quiet = Report(Reported("a"), Reported("b"), Reported("c"));

    /// <summary>Everything that is asked for holds, at the second look.</summary>
    private static readonly UpdateStatusSituation Ripe = new(
        Down, Connected, Quiet, Start, TimeSpan.Zero, IsSwitchedOn: true, new UpdateStatusHistory(SecondLookAt: Start.AddSeconds(-1)), Start, Random: 0.5);

    [Fact]
    public void It_is_sent_when_everything_holds_at_the_second_look()
    {
        var allowed = Assert.IsType<UpdateStatusVerdict.Allowed>(UpdateStatusRule.Judge(Ripe));
        Assert.Equal(UpdateStatusReason.ConditionsMet, allowed.Reason);
        Assert.Equal(new UpdateStatusHistory(Sent: 1, LastSent: Start), allowed.Next);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 30.5)]
    [InlineData(0.75, 45.25)]
    public void The_first_look_waits_a_random_time_from_a_second_to_a_minute(double random, double seconds)
    {
        var wait = Wait(Ripe with { History = UpdateStatusHistory.Empty, Random = random }, UpdateStatusReason.RandomDelay);
        Assert.Equal(Start.AddSeconds(seconds), wait.Time);
        Assert.Equal(wait.Time, wait.Next.SecondLookAt);
        Assert.Equal(wait, UpdateStatusRule.Judge(Ripe with { History = wait.Next, Now = wait.Time.AddTicks(-1), Random = 0.1, Report = null }) with { Next = wait.Next });
    }

    [Fact]
    public void A_report_is_asked_for_only_when_this_host_finds_all_else_in_order()
    {
        Assert.Equal(Start, Wait(Ripe with { Report = null, History = UpdateStatusHistory.Empty }, UpdateStatusReason.NeedsReport).Time);
        Assert.Equal(Start, Wait(Ripe with { Report = null }, UpdateStatusReason.NeedsReport).Time);
        NotAllowed(Ripe with { Report = null, Server = Down with { IsUp = true } }, UpdateStatusReason.NotDisconnected);
    }

    [Theory]
    [InlineData(-11)]
    [InlineData(1)]
    public void A_report_that_is_not_of_now_is_asked_for_again(int seconds) =>
        Wait(Ripe with { ReportedAt = Start.AddSeconds(seconds), History = UpdateStatusHistory.Empty }, UpdateStatusReason.NeedsReport);

    [Fact]
    public void The_second_look_needs_a_report_of_its_own() => Wait(Ripe with { ReportedAt = Start.AddSeconds(-2) }, UpdateStatusReason.NeedsReport);

    [Fact]
    public void A_second_look_that_is_long_overdue_is_a_first_one() =>
        Wait(Ripe with { History = new UpdateStatusHistory(SecondLookAt: Start.AddMinutes(-6)) }, UpdateStatusReason.RandomDelay);

    [Fact]
    public void Switched_off_it_is_never_sent() => NotAllowed(Ripe with { IsSwitchedOn = false }, UpdateStatusReason.SwitchedOff);

    [Fact]
    public void A_server_that_is_up_or_connected_or_not_listed_is_left_alone()
    {
        NotAllowed(Ripe with { Server = Down with { IsUp = true } }, UpdateStatusReason.NotDisconnected);
        NotAllowed(Ripe with { Server = Down with { IsConnected = true } }, UpdateStatusReason.NotDisconnected);
        NotAllowed(Ripe with { Server = null }, UpdateStatusReason.NotDisconnected);
    }

    [Fact]
    public void The_word_is_that_of_another_server_which_is_connected()
    {
        NotAllowed(Ripe with { Reporter = null }, UpdateStatusReason.NoReporter);
        NotAllowed(Ripe with { Reporter = Connected with { IsConnected = false } }, UpdateStatusReason.NoReporter);
        NotAllowed(Ripe with { Reporter = Connected with { Key = Down.Key } }, UpdateStatusReason.NoReporter);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(-11)]
    [InlineData(86_400)]
    public void A_clock_that_differs_from_K2HR3s_forbids_it(int seconds) => NotAllowed(Ripe with { ClockDifference = TimeSpan.FromSeconds(seconds) }, UpdateStatusReason.ClockDiffers);

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    [InlineData(null)]
    public void A_clock_that_differs_a_little_or_by_nobody_knows_what_does_not(int? seconds) =>
        Assert.IsType<UpdateStatusVerdict.Allowed>(UpdateStatusRule.Judge(Ripe with { ClockDifference = seconds is { } known ? TimeSpan.FromSeconds(known) : null }));

    [Theory]
    [InlineData(UpdateStatusReason.NotReported)]
    [InlineData(UpdateStatusReason.NotInServiceAndUp)]
    [InlineData(UpdateStatusReason.RingIsMoving)]
    public void A_report_that_forbids_it_is_asked_for_again_after_a_minute_and_the_looks_begin_again(UpdateStatusReason reason)
    {
        ReportedServer[][] reports = reason switch
        {
            UpdateStatusReason.NotReported => [[Reported("a")], [Reported("a"), Reported("b"), Reported("b")]],
            UpdateStatusReason.NotInServiceAndUp => [[Reported("a"), Reported("b") with { InService = false }], [Reported("a"), Reported("b") with { IsUp = false }]],
            _ =>
            [
                [Reported("a"), Reported("b"), Reported("c") with { Action = ServerAction.Add }],
                [Reported("a") with { Operation = ServerOperation.Doing }, Reported("b")],
                [Reported("a"), Reported("b") with { Operation = ServerOperation.Unknown }],
            ],
        };
        foreach (var servers in reports)
        {
            var wait = Wait(Ripe with { Report = Report(servers) }, reason);
            Assert.Equal(Start.AddSeconds(60), wait.Time);
            Assert.Null(wait.Next.SecondLookAt);
            Assert.Equal(wait.Time, Wait(Ripe with { Report = null, History = wait.Next, Now = Start.AddSeconds(59) }, reason).Time);
            Wait(Ripe with { Report = null, History = wait.Next, Now = Start.AddSeconds(60) }, UpdateStatusReason.NeedsReport);
        }
    }

    [Theory]
    [InlineData(0, 15 * 60)]
    [InlineData(14 * 60, 60)]
    [InlineData((15 * 60) - 1, 60)]
    [InlineData(-3600, 15 * 60)]
    public void A_ring_in_which_some_status_is_new_is_waited_for(int ageSeconds, int waitSeconds)
    {
        var wait = Wait(Ripe with { Report = Report(Reported("a"), Reported("b"), Reported("c") with { LastUpdate = Start.AddSeconds(-ageSeconds) }) }, UpdateStatusReason.RecentUpdate);
        Assert.Equal(Start.AddSeconds(waitSeconds), wait.Time);
    }

    [Fact]
    public void A_ring_without_any_time_is_waited_for() =>
        Wait(Ripe with { Report = Report(Reported("a") with { LastUpdate = null }, Reported("b") with { LastUpdate = null }) }, UpdateStatusReason.RecentUpdate);

    [Fact]
    public void A_quarter_of_an_hour_is_old_enough() =>
        Assert.IsType<UpdateStatusVerdict.Allowed>(UpdateStatusRule.Judge(Ripe with { Report = Report(Reported("a"), Reported("b") with { LastUpdate = Start.AddMinutes(-15) }) }));

    [Theory]
    [InlineData(1, 15)]
    [InlineData(2, 30)]
    public void After_a_sending_there_is_a_pause_that_doubles(int sent, int minutes)
    {
        var history = new UpdateStatusHistory(sent, LastSent: Start);
        Assert.Equal(Start.AddMinutes(minutes), Wait(Ripe with { History = history, Now = Start.AddMinutes(minutes).AddTicks(-1) }, UpdateStatusReason.TooSoon).Time);
        Wait(Ripe with { History = history, Now = Start.AddMinutes(minutes) }, UpdateStatusReason.NeedsReport);
    }

    [Fact]
    public void It_is_sent_three_times_at_most() =>
        NotAllowed(Ripe with { History = new UpdateStatusHistory(Sent: 3, LastSent: Start.AddYears(-1), SecondLookAt: Start.AddSeconds(-1)) }, UpdateStatusReason.LimitReached);

    [Fact]
    public void When_all_were_connected_in_between_the_count_begins_again_and_the_pause_remains()
    {
        var history = new UpdateStatusHistory(Sent: 3, LastSent: Start, SecondLookAt: Start).WhenComplete();
        Assert.Equal(new UpdateStatusHistory(LastSent: Start), history);
        Assert.Equal(Start.AddMinutes(15), Wait(Ripe with { History = history, Now = Start.AddMinutes(1) }, UpdateStatusReason.TooSoon).Time);
    }

    [Fact]
    public void Times_that_lie_ahead_because_the_clock_was_set_back_hold_nothing_up_for_longer()
    {
        var ahead = Start.AddDays(400);
        Assert.Equal(Start.AddMinutes(15), Wait(Ripe with { History = new UpdateStatusHistory(1, LastSent: ahead) }, UpdateStatusReason.TooSoon).Time);
        Assert.Equal(Start.AddSeconds(60), Wait(Ripe with { History = new UpdateStatusHistory(SecondLookAt: ahead) }, UpdateStatusReason.RandomDelay).Time);
        Assert.Equal(
            Start.AddMinutes(15), Wait(Ripe with { History = new UpdateStatusHistory(AskAgainAt: ahead, AskAgainFor: UpdateStatusReason.RingIsMoving) }, UpdateStatusReason.RingIsMoving).Time);
    }

    [Fact]
    public void Nothing_is_allowed_unless_each_condition_holds() => Situations.Sample(
        situation =>
        {
            if (UpdateStatusRule.Judge(situation) is UpdateStatusVerdict.Allowed allowed)
            {
                Assert.True(situation.IsSwitchedOn);
                Assert.True(situation.Server is { IsUp: false, IsConnected: false });
                Assert.True(situation.Reporter!.IsConnected && situation.Reporter.Key != situation.Server!.Key);
                Assert.True(situation.Now - situation.ReportedAt <= TimeSpan.FromSeconds(10) && situation.ReportedAt >= situation.History.SecondLookAt);
                var server = Assert.Single(situation.Report!.Servers, server => server.Key == situation.Server!.Key);
                Assert.True(server.InService && server.IsUp);
                Assert.All(situation.Report.Servers, other => Assert.Equal((ServerAction.None, ServerOperation.Nothing), (other.Action, other.Operation)));
                Assert.All(situation.Report.Servers, other => Assert.True(other.LastUpdate is null || situation.Now - other.LastUpdate >= TimeSpan.FromMinutes(15)));
                Assert.InRange(situation.History.Sent, 0, 2);
                Assert.Equal(new UpdateStatusHistory(situation.History.Sent + 1, situation.Now), allowed.Next);
            }
        },
        iter: Iterations.Of(100_000));

    [Fact]
    public void Over_any_run_it_is_sent_three_times_at_most_with_growing_pauses_and_each_time_after_two_reports() =>
        Gen.Select(Gen.Int[1, 120].Array[200], Gen.Double[0, 0.999].Array[200]).Sample(
            (steps, randoms) =>
            {
                var (history, now, reports) = (UpdateStatusHistory.Empty, Start, 0);
                var sent = new List<(DateTimeOffset At, int Reports)>();
                RingStatusReport? report = null;
                DateTimeOffset? reportedAt = null;
                foreach (var (step, random) in steps.Zip(randoms))
                {
                    var verdict = UpdateStatusRule.Judge(Ripe with { History = history, Now = now, Report = report, ReportedAt = reportedAt, Random = random });
                    history = verdict.Next;
                    switch (verdict)
                    {
                        case UpdateStatusVerdict.Allowed:
                            sent.Add((now, reports));
                            reports = 0;
                            (report, reportedAt) = (null, null);
                            now = now.AddSeconds(step);
                            break;
                        case UpdateStatusVerdict.WaitUntil { Reason: UpdateStatusReason.NeedsReport }:
                            (report, reportedAt) = (Quiet, now);
                            reports++;
                            break;
                        default:
                            now = now.AddSeconds(step);
                            break;
                    }
                }

                Assert.InRange(sent.Count, 0, 3);
                Assert.All(sent, sending => Assert.True(sending.Reports >= 2));
                Assert.True(sent.Count < 2 || sent[1].At - sent[0].At >= TimeSpan.FromMinutes(15));
                Assert.True(sent.Count < 3 || sent[2].At - sent[1].At >= TimeSpan.FromMinutes(30));
            },
            iter: Iterations.Of(2_000));

    private static Gen<UpdateStatusSituation> Situations { get; } =
        from server in Gen.OneOf(Down, Down, Down, Down with { IsUp = true }, Down with { IsConnected = true }, null)
        from reporter in Gen.OneOf(Connected, Connected, Connected, Connected with { IsConnected = false }, Connected with { Key = Down.Key }, null)
        from servers in Gen.Select(
            Gen.OneOf("a", "b", "c", "d"),
            Gen.OneOf(true, true, true, true, true, false),
            Gen.OneOf(true, true, true, true, true, false),
            Gen.OneOf(ServerAction.None, ServerAction.None, ServerAction.None, ServerAction.None, ServerAction.Add),
            Gen.OneOf(ServerOperation.Nothing, ServerOperation.Nothing, ServerOperation.Nothing, ServerOperation.Done),
            Gen.Int[-2, 40]).Array[0, 3]
        from reported in Gen.Int[-12, 1]
        from second in Gen.OneOf(Gen.Const((int?)null), Gen.Int[-20, 5].Select(seconds => (int?)seconds))
        from sent in Gen.Int[0, 3]
        from last in Gen.OneOf(Gen.Const((int?)null), Gen.Int[-2, 60].Select(minutes => (int?)minutes))
        from isSwitchedOn in Gen.OneOf(true, true, true, false)
        select new UpdateStatusSituation(
            server,
            reporter,
            Report([Reported("b"), .. servers.Select(item => Reported(item.Item1) with
            {
                InService = item.Item2,
                IsUp = item.Item3,
                Action = item.Item4,
                Operation = item.Item5,
                LastUpdate = item.Item6 < 0 ? null : Start.AddMinutes(-item.Item6),
            })]),
            Start.AddSeconds(reported),
            TimeSpan.Zero,
            isSwitchedOn,
            new UpdateStatusHistory(sent, last is { } minutes ? Start.AddMinutes(-minutes) : null, second is { } seconds ? Start.AddSeconds(seconds) : null),
            Start,
            0.5);

    private static RingStatusReport Report(params ReportedServer[] servers) => new("ring", [.. servers]);

    private static ReportedServer Reported(string name) => new(
        name, 8020, 8021, $"cuk-{name}", InService: true, IsUp: true, ServerAction.None, ServerOperation.Nothing, IsSuspended: false, Start.AddHours(-1), 0, 0);

    private static UpdateStatusVerdict.WaitUntil Wait(UpdateStatusSituation situation, UpdateStatusReason reason)
    {
        var wait = Assert.IsType<UpdateStatusVerdict.WaitUntil>(UpdateStatusRule.Judge(situation));
        Assert.Equal(reason, wait.Reason);
        return wait;
    }

    private static void NotAllowed(UpdateStatusSituation situation, UpdateStatusReason reason)
    {
        var verdict = Assert.IsType<UpdateStatusVerdict.NotAllowed>(UpdateStatusRule.Judge(situation));
        Assert.Equal(reason, verdict.Reason);
        Assert.Null(verdict.Next.SecondLookAt);
    }
}
