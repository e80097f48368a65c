using System.Collections.Immutable;
using System.Net;
using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;
using SlaveAgent.Ring;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Ring;

public sealed class RingJudgeTests
{
    private static readonly ChmpxSettings Settings = new("chmpx.service", Supervision.Direct, At(3), At(40), At(30));

    private static readonly IniDocument Two = IniReader.Read(SampleIni.With(["svr1", "svr2"], generation: 7));

    private static readonly RingSituation HalfConnected = Situation(View(7, Good("svr1"), Down("svr2"))) with
    {
        WasConnected = true,
        SinceFirstConnection = At(10),
        SinceMissing = At(10),
        SincePartial = At(10),
        Peer = PeerReports.Of(Key("svr1"), "svr1", "svr2"),
        SincePeer = At(5),
        PeerQuestions = 1,
        SinceQuestion = At(0.5),
        Probe = new ProbeReport(ImmutableHashSet.Create(Key("svr2")), IsOpen: true),
        SinceProbe = At(1),
    };

    private static readonly RingSituation AllLost = Situation(View(7, Down("svr1"), Down("svr2"))) with
    {
        WasConnected = true,
        SinceFirstConnection = At(600),
        SinceMissing = At(10),
    };

    [Fact]
    public void Connected_to_every_server_is_connected_and_quiet()
    {
        var verdict = RingJudge.Judge(Situation(View(7, Good("svr1"), Good("svr2"))));
        Assert.Equal((RingState.Connected, RingAction.None, null, false), (verdict.State, verdict.Action, verdict.Disagreement, verdict.HasLingering));
    }

    [Fact]
    public void Of_three_servers_without_a_CUK_of_which_one_is_connected_two_are_not()
    {
        var three = IniReader.Read(SampleIni.With(["svr1", "svr2", "svr3"], generation: 7).Replace("CUK = cuk-svr", "OTHER = cuk-svr", StringComparison.Ordinal));
        RingServer Nameless(RingServer server) => server with { Key = NodeKey.Of("", 8021, server.Name) };
        var verdict = RingJudge.Judge(Situation(View(7, Nameless(Good("svr1")), Nameless(Up("svr2")), Nameless(Up("svr3")))) with { Ini = three, SinceMissing = At(10) });
        Assert.Equal((RingState.Partial, RingAction.ProbeServers), (verdict.State, verdict.Action));
        Assert.Equal(["svr2", "svr3"], verdict.Missing);
    }

    [Fact]
    public void A_chmpx_of_somebody_elses_is_never_restarted_and_needs_others_where_it_would_be()
    {
        var changed = Situation(View(7, Good("svr1"), Good("svr2"))) with { RestartNeeds = [new RestartNeed(RestartReason.GlobalChanged, "GROUP")] };
        var silent = Situation(null!) with { View = null, SinceQuiet = At(41) };
        foreach (var situation in new[] { HalfConnected, AllLost with { SinceReachable = At(0) }, changed, silent, HalfConnected with { WasReady = true, SincePrograms = At(61), ActiveDependents = 0 } })
        {
            Assert.Equal(RingAction.Restart, RingJudge.Judge(situation).Action);
            var verdict = RingJudge.Judge(situation with { IsChmpxUnmanaged = true, ActiveDependents = null });
            Assert.Equal((RingJudge.Judge(situation).State, RingAction.None, true), (verdict.State, verdict.Action, verdict.NeedsExternalRestart));
        }

        // What costs no restart is done all the same.
        var ignored = Situation(View(6, Good("svr1"), Good("svr2"))) with { SinceChange = At(4) };
        Assert.Equal((RingAction.Stamp, false), RingJudge.Judge(ignored with { IsChmpxUnmanaged = true }) is var stamped ? (stamped.Action, stamped.NeedsExternalRestart) : default);
    }

    [Fact]
    public void A_chmpx_that_would_end_at_its_start_is_not_restarted_while_it_runs()
    {
        var problem = IniProblem.Ends(IniCode.KeyDoesNotFit, 9, "a key that does not fit");
        var replaced = Situation(View(7, Good("svr1"), Good("svr2"))) with { RestartNeeds = [new RestartNeed(RestartReason.CertificateReplaced, "/cert")] };
        Assert.Equal((RingState.Loading, RingAction.Restart), Summary(replaced));
        Assert.Equal((RingState.Connected, RingAction.None), Summary(replaced with { StartProblem = problem }));
        Assert.Equal((RingState.Partial, RingAction.Restart), Summary(HalfConnected));
        Assert.Equal((RingState.Partial, RingAction.None), Summary(HalfConnected with { StartProblem = problem }));
        Assert.Equal(RingAction.Restart, RingJudge.Judge(Situation(null) with { SinceQuiet = At(1000), StartProblem = problem }).Action);
    }

    [Fact]
    public void A_server_that_is_not_connected_has_the_others_asked_whether_it_is_up()
    {
        var verdict = RingJudge.Judge(Situation(View(7, Good("svr1"), Down("svr2"))) with { SinceFirstConnection = At(1) });
        Assert.Equal((RingState.Connecting, RingAction.AskPeer, false), (verdict.State, verdict.Action, verdict.IsDeadlineOver));
    }

    [Fact]
    public void A_server_that_the_others_show_down_leaves_it_connected_and_is_a_reason_to_ask()
    {
        var verdict = RingJudge.Judge(HalfConnected with { Peer = PeerReports.Of(Key("svr1"), "svr1") });
        Assert.Equal((RingState.Connected, RingAction.None), (verdict.State, verdict.Action));
        Assert.Contains("cuk-svr2", verdict.Disagreement, StringComparison.Ordinal);
        Assert.DoesNotContain("cuk-svr1", verdict.Disagreement, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_server_tells_of_the_others_the_slave_goes_on_without_after_three_questions()
    {
        var asking = Situation(View(7, Good("svr1"), Down("svr2"))) with { PeerQuestions = 2, PeerFailures = 2, SinceQuestion = At(0.5) };
        Assert.Equal((RingState.Connecting, RingAction.None), Summary(asking));
        Assert.Equal((RingState.Connecting, RingAction.AskPeer), Summary(asking with { SinceQuestion = At(2) }));
        Assert.Equal((RingState.Connected, RingAction.None), Summary(asking with { PeerQuestions = 3, PeerFailures = 3 }));
        Assert.Equal((RingState.Connected, RingAction.AskPeer), Summary(asking with { PeerQuestions = 3, PeerFailures = 3, SinceQuestion = At(4) }));
    }

    [Fact]
    public void A_listed_server_that_the_ring_does_not_show_is_a_reason_to_ask_and_no_error()
    {
        var verdict = RingJudge.Judge(HalfConnected with { View = View(7, Good("svr1")), Peer = PeerReports.Of(Key("svr1"), "svr1") });
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
    public void A_chmpx_that_was_never_connected_since_its_start_tries_by_itself_and_is_waited_for_however_long() =>
        Assert.Equal((RingState.NotAdmitted, RingAction.None), Summary(Situation(View(7, Down("svr1"), Down("svr2"))) with
        {
            SinceChange = TimeSpan.FromDays(1),
            SinceQuiet = TimeSpan.FromDays(1),
            SinceMissing = TimeSpan.FromDays(1),
            SinceFirstConnection = TimeSpan.FromDays(1),
            WasReady = true,
        }));

    [Theory]
    [InlineData(1, 0, 1000, RingAction.None)]
    [InlineData(2, 0, 1000, RingAction.Restart)]
    [InlineData(60, 1, 3.9, RingAction.None)]
    [InlineData(60, 1, 4, RingAction.Restart)]
    [InlineData(60, 2, 7.9, RingAction.None)]
    [InlineData(60, 2, 8, RingAction.Restart)]
    [InlineData(60, 3, 14.9, RingAction.None)]
    [InlineData(60, 3, 15, RingAction.Restart)]
    [InlineData(60, 9, 15, RingAction.Restart)]
    public void A_partial_connection_without_programs_restarts_chmpx_after_2_4_8_and_then_each_15_s(double missing, int restarts, double since, RingAction action)
    {
        var verdict = RingJudge.Judge(HalfConnected with { SinceMissing = At(missing), Partial = new RepairHistory(restarts, At(since)) });
        Assert.Equal((RingState.Partial, action), (verdict.State, verdict.Action));
        Assert.Equal(["svr2"], verdict.Missing);
        Assert.True(action == RingAction.None || verdict.Cause == RestartCause.Partial);
    }

    [Fact]
    public void A_server_that_the_ring_shows_up_and_whose_port_is_closed_is_probed_and_chmpx_is_not_restarted_for_it()
    {
        var unknown = HalfConnected with { Probe = null, SinceProbe = TimeSpan.MaxValue };
        Assert.Equal((RingState.Partial, RingAction.ProbeServers), Summary(unknown));
        Assert.Equal((RingState.Partial, RingAction.None), Summary(unknown with { SinceMissing = At(1) }));
        var closed = HalfConnected with { Probe = HalfConnected.Probe! with { IsOpen = false }, SinceProbe = At(1.9) };
        Assert.Equal((RingState.Partial, RingAction.None), Summary(closed));
        Assert.Equal((RingState.Partial, RingAction.ProbeServers), Summary(closed with { SinceProbe = At(2) }));
    }

    [Fact]
    public void A_port_that_was_open_a_while_ago_or_is_another_servers_is_probed_before_chmpx_is_restarted()
    {
        Assert.Equal((RingState.Partial, RingAction.Restart), Summary(HalfConnected with { SinceProbe = At(10) }));
        Assert.Equal((RingState.Partial, RingAction.ProbeServers), Summary(HalfConnected with { SinceProbe = At(10.1) }));
        Assert.Equal((RingState.Partial, RingAction.ProbeServers), Summary(HalfConnected with { Probe = new ProbeReport(ImmutableHashSet.Create(Key("svr1")), IsOpen: true), SinceProbe = At(2) }));
    }

    [Theory]
    [InlineData(0, 29.9, RingAction.None)]
    [InlineData(0, 30, RingAction.Restart)]
    [InlineData(1, 59.9, RingAction.None)]
    [InlineData(1, 60, RingAction.Restart)]
    [InlineData(50, 60, RingAction.Restart)]
    public void After_the_deadline_the_pauses_double_to_60_s(int late, double since, RingAction action)
    {
        var verdict = RingJudge.Judge(HalfConnected with { SinceFirstConnection = At(91), SinceMissing = At(91), SincePartial = At(91), Partial = new RepairHistory(8 + late, At(since), late) });
        Assert.Equal((RingState.Partial, action, true, true), (verdict.State, verdict.Action, verdict.IsDeadlineOver, verdict.IsRepairLate));
    }

    [Fact]
    public void A_slave_that_was_complete_and_lost_some_servers_is_repaired_soon_however_long_the_host_has_been_up()
    {
        var verdict = RingJudge.Judge(HalfConnected with { SinceFirstConnection = TimeSpan.FromDays(1), SinceMissing = At(2), SincePartial = At(2) });
        Assert.Equal((RingState.Partial, RingAction.Restart, false), (verdict.State, verdict.Action, verdict.IsRepairLate));
    }

    [Fact]
    public void A_chmpx_that_loads_no_generation_is_not_restarted_under_programs_while_it_is_connected_as_the_file_says()
    {
        var stuck = Situation(View(6, Good("svr1"), Good("svr2")) with { HasPrograms = true }) with { SinceChange = At(4), Stamps = 2 };
        Assert.Equal((RingState.Loading, RingAction.None), Summary(stuck));
        Assert.Equal((RingState.Loading, RingAction.Restart), Summary(stuck with { View = stuck.View! with { HasPrograms = false } }));
        Assert.Equal((RingState.Loading, RingAction.Restart), Summary(stuck with { View = View(6, Good("svr1"), Down("svr2")) with { HasPrograms = true } }));
        Assert.Equal((RingState.Loading, RingAction.Restart), Summary(stuck with { View = View(6, Good("svr1"), Good("svr2"), Good("svr3")) with { HasPrograms = true } }));
    }

    [Fact]
    public void The_deadline_counts_from_the_first_connection_of_the_boot()
    {
        Assert.False(RingJudge.Judge(HalfConnected with { SinceFirstConnection = At(90), SinceMissing = At(1000) }).IsDeadlineOver);
        Assert.True(RingJudge.Judge(HalfConnected with { SinceFirstConnection = At(90.1), SinceMissing = At(0) }).IsDeadlineOver);
    }

    [Theory]
    [InlineData(10, 2, RingAction.Restart)]
    [InlineData(100, 59.9, RingAction.None)]
    [InlineData(100, 60, RingAction.Restart)]
    [InlineData(250, 374, RingAction.None)]
    [InlineData(250, 375, RingAction.Restart)]
    public void The_more_slaves_a_ring_has_the_longer_is_the_least_pause(int slaves, double missing, RingAction action) =>
        Assert.Equal(action, RingJudge.Judge(HalfConnected with { Slaves = slaves, SinceMissing = At(missing) }).Action);

    [Fact]
    public void Jitter_only_shortens_a_pause()
    {
        Assert.Equal(RingAction.Restart, RingJudge.Judge(HalfConnected with { SinceMissing = At(1.5), Jitter = 0.99 }).Action);
        Assert.Equal(RingAction.None, RingJudge.Judge(HalfConnected with { SinceMissing = At(1.3), Jitter = 0.99 }).Action);
        Assert.Equal(RingAction.None, RingJudge.Judge(HalfConnected with { Slaves = 100, SinceMissing = At(59), Jitter = 0.99 }).Action);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(null)]
    public void With_programs_attached_or_where_that_is_not_known_nothing_is_restarted_for_a_partial_connection(bool? programs)
    {
        var situation = HalfConnected with { View = HalfConnected.View! with { HasPrograms = programs }, SinceMissing = TimeSpan.FromDays(1), SincePrograms = TimeSpan.Zero };
        Assert.Equal((RingState.Partial, RingAction.RequestStatus), Summary(situation));
    }

    [Fact]
    public void After_the_ready_target_a_restart_waits_for_a_minute_without_programs_and_without_units_that_need_chmpx()
    {
        var ready = HalfConnected with { WasReady = true, SinceMissing = At(1000), SincePrograms = At(59), ActiveDependents = 0 };
        Assert.Equal(RingAction.RequestStatus, RingJudge.Judge(ready).Action);
        Assert.Equal(RingAction.Restart, RingJudge.Judge(ready with { SincePrograms = At(60) }).Action);
        Assert.Equal(RingAction.RequestStatus, RingJudge.Judge(ready with { SincePrograms = At(60), ActiveDependents = 1 }).Action);
        Assert.Equal(RingAction.AskDependents, RingJudge.Judge(ready with { SincePrograms = At(60), ActiveDependents = null }).Action);
    }

    [Fact]
    public void A_restart_rests_on_an_answer_that_is_not_older_than_a_minute()
    {
        var old = HalfConnected with { SincePeer = At(61), SinceQuestion = At(61), SinceMissing = At(70) };
        Assert.Equal((RingState.Partial, RingAction.AskPeer), Summary(old));
        Assert.Equal((RingState.Partial, RingAction.None), Summary(old with { SinceQuestion = At(0.5), PeerQuestions = 3 }));
        Assert.Equal((RingState.Partial, RingAction.AskPeer), Summary(old with { SinceQuestion = At(60), PeerQuestions = 30 }));
    }

    [Fact]
    public void A_server_that_chmpx_itself_shows_up_needs_nobody_to_be_asked() => Assert.Equal(
        (RingState.Partial, RingAction.Restart),
        Summary(HalfConnected with { View = View(7, Good("svr1"), Up("svr2")), Peer = null, SincePeer = TimeSpan.MaxValue, PeerQuestions = 0 }));

    [Fact]
    public void A_slave_that_lost_all_connections_tries_whether_a_server_can_be_reached_before_anything_is_done()
    {
        Assert.Equal((RingState.Stranded, RingAction.None), Summary(AllLost with { SinceMissing = At(1.9) }));
        Assert.Equal((RingState.Stranded, RingAction.ProbeServers), Summary(AllLost));
        Assert.Equal((RingState.Stranded, RingAction.None), Summary(AllLost with { SinceProbe = At(1.9) }));
        Assert.Equal((RingState.Stranded, RingAction.ProbeServers), Summary(AllLost with { SinceProbe = At(2) }));
    }

    [Theory]
    [InlineData(0, 1000, RingAction.Restart)]
    [InlineData(1, 4.9, RingAction.None)]
    [InlineData(1, 5, RingAction.Restart)]
    [InlineData(2, 9.9, RingAction.None)]
    [InlineData(2, 10, RingAction.Restart)]
    [InlineData(50, 299, RingAction.None)]
    [InlineData(50, 300, RingAction.Restart)]
    public void A_stranded_slave_that_can_reach_a_server_restarts_chmpx_at_once_and_then_ever_more_rarely_programs_or_not(int restarts, double since, RingAction action)
    {
        foreach (var programs in new bool?[] { true, false, null })
        {
            var verdict = RingJudge.Judge(AllLost with
            {
                View = AllLost.View! with { HasPrograms = programs },
                SinceMissing = At(2000),
                SinceReachable = TimeSpan.Zero,
                Stranded = restarts == 0 ? RepairHistory.None : new RepairHistory(restarts, At(since)),
            });
            Assert.Equal((RingState.Stranded, action), (verdict.State, verdict.Action));
            Assert.True(action == RingAction.None || verdict.Cause == RestartCause.Stranded);
        }
    }

    [Fact]
    public void Connections_to_servers_that_are_not_listed_any_more_leave_a_slave_stranded_although_this_run_had_none_to_a_listed_one() => Assert.Equal(
        (RingState.Stranded, RingAction.ProbeServers),
        Summary(AllLost with { View = View(7, Down("svr1"), Down("svr2"), Good("old1"), Good("old2")), WasConnected = false }));

    [Fact]
    public void Connections_from_an_address_that_is_gone_are_none()
    {
        var situation = Situation(View(7, Good("svr1"), Good("svr2"))) with { Sockets = SocketReport.Empty with { IsBoundToLostAddress = true }, WasConnected = true };
        Assert.Equal((RingState.Stranded, RingAction.ProbeServers), Summary(situation));

        // It may be back in a moment, also where another of the host's networks reaches the servers meanwhile.
        Assert.Equal((RingState.Stranded, RingAction.ProbeServers), Summary(situation with { SinceReachable = At(9.9) }));
        situation = situation with { SinceReachable = At(10) };
        Assert.Equal((RingState.Stranded, RingAction.Restart), Summary(situation));
        Assert.Equal((RingState.Stranded, RingAction.None), Summary(situation with { Stranded = new RepairHistory(1, At(4)) }));
    }

    [Fact]
    public void A_silent_network_is_no_reason_to_restart_chmpx_for_what_waits_for_a_start()
    {
        // A certificate that was replaced, or a generation that is not loaded, under programs.
        var silent = View(7, HalfOpen("svr1"), HalfOpen("svr2")) with { HasPrograms = true };
        var rotated = Situation(silent) with { RestartNeeds = [new RestartNeed(RestartReason.CertificateReplaced, "/cert")], WasConnected = true, WasReady = true };
        Assert.NotEqual(RingAction.Restart, RingJudge.Judge(rotated).Action);
        var stuck = Situation(View(6, HalfOpen("svr1"), Good("svr2")) with { HasPrograms = true }) with { Stamps = 2, SinceChange = At(30), WasConnected = true, WasReady = true };
        Assert.NotEqual(RingAction.Restart, RingJudge.Judge(stuck).Action);
    }

    [Fact]
    public void A_half_open_connection_beside_a_living_one_is_named_and_brings_nothing()
    {
        var verdict = RingJudge.Judge(Situation(View(7, Good("svr1"), HalfOpen("svr2"))) with { WasConnected = true, SinceMissing = At(500) });
        Assert.Equal((RingState.Connected, RingAction.None, true, RingCoverage.Some), (verdict.State, verdict.Action, verdict.HasHalfOpen, verdict.Coverage));
    }

    [Theory]
    [InlineData(false, 10.0, false, RingState.Connected, RingAction.ProbeSilent)]
    [InlineData(false, 9.0, false, RingState.Connected, RingAction.None)]
    [InlineData(true, 9.0, false, RingState.Partial, RingAction.Restart)]
    [InlineData(true, 9.0, true, RingState.Partial, RingAction.Restart)]
    [InlineData(false, 10.0, true, RingState.Connected, RingAction.ProbeSilent)]
    public void A_half_open_server_that_accepts_connections_for_a_minute_is_up_and_not_connected(bool isAccepting, double tried, bool isAnotherDown, RingState state, RingAction action)
    {
        var situation = Situation(isAnotherDown ? View(7, Good("svr1"), HalfOpen("svr2"), Down("svr3")) : View(7, Good("svr1"), HalfOpen("svr2"))) with
        {
            Ini = isAnotherDown ? IniReader.Read(SampleIni.With(["svr1", "svr2", "svr3"], generation: 7)) : Two,
            WasConnected = true,
            SinceMissing = At(500),
            SinceFirstConnection = At(500),
            Peer = PeerReports.At(Key("svr1"), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "svr1"),
            SincePeer = At(1),
            SinceQuestion = At(1),
            PeerQuestions = 5,
            Accepting = isAccepting ? [Key("svr2")] : [],
            NextSilent = Key("svr2"),
            SinceSilentProbe = At(tried),
            SinceProbe = At(1),
            Probe = new ProbeReport(ImmutableHashSet.Create(Key("svr2")), IsOpen: true),
        };
        Assert.Equal((state, action), Summary(situation));

        // Programs go on with the servers that there are, and it is tried further whether that one still is one of them.
        var used = RingJudge.Judge(situation with { View = situation.View! with { HasPrograms = true }, SinceSilentProbe = At(10) });
        Assert.Equal((state, RingAction.ProbeSilent), (used.State, used.Action));
    }

    [Theory]
    [InlineData(1, null, RingAction.None)]
    [InlineData(3, null, RingAction.ProbeServers)]
    [InlineData(900, null, RingAction.ProbeServers)]
    [InlineData(60, 9, RingAction.ProbeServers)]
    [InlineData(60, 10, RingAction.Restart)]
    public void Where_only_half_open_connections_are_left_the_kernel_has_ten_seconds_from_when_servers_can_be_reached(int lost, int? reachable, RingAction action)
    {
        var situation = Situation(View(7, HalfOpen("svr1"), HalfOpen("svr2"))) with
        {
            WasConnected = true,
            SinceLost = At(lost),
            SinceReachable = reachable is { } seconds ? At(seconds) : null,
        };
        Assert.Equal((RingState.Stranded, action), Summary(situation));
    }

    [Theory]
    [InlineData(10, 20.0, true, false)]
    [InlineData(11, 5.0, true, false, 12.0)]
    [InlineData(30, 5.0, true, true, 12.0)]
    [InlineData(59, 80.0, true, false)]
    [InlineData(60, 80.0, true, true)]
    [InlineData(30, 1.9, true, false)]
    [InlineData(30, 2.0, true, true)]
    [InlineData(30, 29.0, true, true)]
    [InlineData(30, null, true, true)]
    [InlineData(10, 20.0, false, true)]
    public void With_programs_attached_the_kernel_first_tries_once_more_since_servers_can_be_reached(double reachable, double? tried, bool programs, bool isRestarted, double? another = null)
    {
        // After an outage of half a minute its next try comes 25 s after the last one, and takes the connections up again under the programs.
        var silent = SocketReport.Of(
            new Dictionary<NodeKey, ImmutableArray<IPEndPoint>> { [new NodeKey("c", 1)] = [IPEndPoint.Parse("10.0.0.1:8020")], [new NodeKey("c", 2)] = [IPEndPoint.Parse("10.0.0.2:8020")] },
            [Silent(1, tried), .. another is null ? [] : new[] { Silent(2, another) }],
            SocketReport.Empty);
        static TcpSocket Silent(ulong number, double? tried) => new(IPEndPoint.Parse("10.0.0.100:40000"), IPEndPoint.Parse($"10.0.0.{number}:8020"), TcpState.Established, 0, number)
        {
            Health = new TcpHealth(TcpTimer.Retransmission, 7, SinceHeard: At(90), SinceTry: tried is { } seconds ? At(seconds) : null),
        };
        var situation = Situation(View(7, HalfOpen("svr1"), HalfOpen("svr2")) with { HasPrograms = programs }) with
        {
            WasConnected = true,
            SinceLost = At(90),
            SinceReachable = At(reachable),
            Sockets = silent,
        };
        Assert.Equal(isRestarted ? RingAction.Restart : RingAction.ProbeServers, RingJudge.Judge(situation).Action);
    }

    [Fact]
    public void A_half_open_connection_alone_is_no_reason_to_ask_K2HR3() =>
        Assert.Null(RingJudge.Judge(Situation(View(7, Good("svr1"), HalfOpen("svr2"))) with { WasConnected = true }).Disagreement);

    [Fact]
    public void A_server_that_chmpx_shows_up_for_long_without_any_connection_is_no_reason_to_wait_for_ever()
    {
        var situation = Situation(View(7, Up("svr1"), Down("svr2"))) with { SinceMissing = At(30) };
        Assert.Equal((RingState.NotAdmitted, RingAction.None), Summary(situation));
        Assert.Equal((RingState.Stranded, RingAction.ProbeServers), Summary(situation with { SinceMissing = At(31) }));
    }

    [Theory]
    [InlineData(3, 0, 0, 0, RingAction.None)]
    [InlineData(4, 0, 0, 0, RingAction.Stamp)]
    [InlineData(4, 1, 0, 0, RingAction.Stamp)]
    [InlineData(4, 2, 0, 0, RingAction.Restart)]
    [InlineData(4, 2, 1, 39, RingAction.None)]
    [InlineData(4, 2, 1, 41, RingAction.Restart)]
    public void A_generation_that_chmpx_does_not_load_is_stamped_again_and_then_restarted_for(int change, int stamps, int restarts, int restarted, RingAction action) =>
        Assert.Equal(
            (RingState.Loading, action),
            Summary(Situation(View(6, Good("svr1"), Good("svr2"))) with { SinceChange = At(change), Stamps = stamps, Configuration = History(restarts, restarted) }));

    [Theory]
    [InlineData(40, 0, 0, RingAction.None)]
    [InlineData(41, 0, 0, RingAction.Restart)]
    [InlineData(41, 1, 39, RingAction.None)]
    [InlineData(81, 1, 81, RingAction.Restart)]
    [InlineData(600, 50, 599, RingAction.None)]
    [InlineData(601, 50, 601, RingAction.Restart)]
    public void A_chmpx_that_does_not_answer_is_waited_for_and_then_restarted_ever_more_rarely(int quiet, int restarts, int restarted, RingAction action) =>
        Assert.Equal((RingState.Unresponsive, action), Summary(Situation(null) with { SinceQuiet = At(quiet), Configuration = History(restarts, restarted) }));

    [Fact]
    public void What_chmpx_takes_only_when_it_starts_restarts_it_at_once_and_then_ever_more_rarely_programs_or_not()
    {
        var situation = Situation(View(7, Good("svr1"), Good("svr2")) with { HasPrograms = true }) with { RestartNeeds = [new RestartNeed(RestartReason.ServerChanged, "PORT", "svr1")] };
        Assert.Equal((RingState.Loading, RingAction.Restart), Summary(situation));
        Assert.All(["PORT", "svr1"], value => Assert.Contains(value, RingJudge.Judge(situation).Message, StringComparison.Ordinal));
        Assert.Equal((RingState.Loading, RingAction.None), Summary(situation with { Configuration = History(1, 30) }));
        Assert.Equal((RingState.Loading, RingAction.Restart), Summary(situation with { Configuration = History(1, 41) }));
    }

    [Theory]
    [InlineData(true, true, RingAction.None)]
    [InlineData(true, false, RingAction.Restart)]
    [InlineData(false, true, RingAction.Restart)]
    public void A_replaced_certificate_restarts_chmpx_only_where_no_program_loses_a_connection_by_it(bool programs, bool connected, RingAction action)
    {
        var view = (connected ? View(7, Good("svr1"), Good("svr2")) : View(7, Down("svr1"), Down("svr2"))) with { HasPrograms = programs };
        Assert.Equal(action, RingJudge.Judge(Situation(view) with { RestartNeeds = [new RestartNeed(RestartReason.CertificateReplaced, "/cert")] }).Action);
    }

    [Fact]
    public void A_file_that_chmpx_cannot_notice_brings_a_restart_until_it_has_loaded_it()
    {
        var situation = Situation(View(6, Good("svr1"), Good("svr2"))) with { IsFileUnwatched = true };
        Assert.Equal((RingState.Loading, RingAction.Restart), Summary(situation));
        Assert.Equal((RingState.Connected, RingAction.None), Summary(situation with { View = View(7, Good("svr1"), Good("svr2")) }));
    }

    [Fact]
    public void A_chmpx_that_answers_on_its_old_control_port_is_restarted() => Assert.Equal(
        (RingState.Loading, RingAction.Restart),
        Summary(Situation(null) with { RestartNeeds = [new RestartNeed(RestartReason.GlobalChanged, "SELFCTLPORT")] }));

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
    public void Of_more_than_three_missing_servers_the_verdict_names_all_and_the_message_three()
    {
        var names = Enumerable.Range(1, 6).Select(i => $"svr{i}").ToArray();
        var verdict = RingJudge.Judge(HalfConnected with
        {
            Ini = IniReader.Read(SampleIni.With(names, generation: 7)),
            View = View(7, [Good("svr1"), .. names[1..].Select(Up)]),
        });
        Assert.Equal(names[1..], verdict.Missing);
        Assert.DoesNotContain("svr5", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ring_that_disagrees_in_whatever_way_for_a_day_brings_few_stamps_restarts_and_questions()
    {
        var cases = new Dictionary<string, (RingSituation Situation, int Restarts, int Questions)>
        {
            ["silent"] = (Situation(null), 150, 0),
            ["stuck"] = (Situation(View(6, Good("svr1"), Good("svr2"))), 150, 0),
            ["half connected"] = (HalfConnected, 1450, 2 * 1450),
            ["half connected, and the port is closed"] = (HalfConnected with { Probe = HalfConnected.Probe! with { IsOpen = false } }, 0, 43_200 + 1450),
            ["half connected with programs"] = (HalfConnected with { View = HalfConnected.View! with { HasPrograms = true } }, 0, 110),
            ["half connected in a ring of 250"] = (HalfConnected with { Slaves = 250 }, 240, 2 * 1450),
            ["not admitted"] = (Situation(View(7, Down("svr1"), Down("svr2"))), 0, 0),
            ["stranded"] = (AllLost with { SinceReachable = TimeSpan.Zero }, 300, 0),
            ["stranded and not reachable"] = (AllLost, 0, 43_200),
            ["all gone"] = (Situation(View(7)), 0, 0),
            ["one more"] = (Situation(View(7, Good("svr1"), Good("svr2"), Good("svr3"))), 0, 0),
            ["lingering"] = (Situation(View(7, Good("svr1"), Good("svr2"), Down("gone"))), 0, 0),
            ["needs a restart"] = (Situation(View(7, Good("svr1"), Good("svr2"))) with { RestartNeeds = [new RestartNeed(RestartReason.ServerChanged, "PORT", "svr1")] }, 150, 0),
        };
        foreach (var (name, (situation, mostRestarts, mostQuestions)) in cases)
        {
            var (stamps, restarts, questions) = SimulateDay(situation);
            Assert.True(stamps <= 2, $"{name}: {stamps} stamps");
            Assert.True(restarts <= mostRestarts, $"{name}: {restarts} restarts");
            Assert.True(mostRestarts == 0 || restarts > 0, $"{name}: no restarts");
            Assert.True(questions <= mostQuestions, $"{name}: {questions} questions");
        }
    }

    /// <summary>A poll each second; what is done helps nothing, and what a server says stays the same.</summary>
    private static (int Stamps, int Restarts, int Questions) SimulateDay(RingSituation start)
    {
        int stamps = 0, questions = 0, probes = 0;
        var histories = new Dictionary<RestartCause, (int Count, TimeSpan At, int Late)>();
        TimeSpan changed = default, asked = TimeSpan.MinValue, answered = default, probed = TimeSpan.MinValue;
        for (var now = TimeSpan.Zero; now < At(Iterations.Of(24 * 60 * 60)); now += At(1))
        {
            RepairHistory Of(RestartCause cause) => histories.TryGetValue(cause, out var h) ? new RepairHistory(h.Count, now - h.At, h.Late) : RepairHistory.None;
            var verdict = RingJudge.Judge(start with
            {
                SinceChange = now - changed,
                SinceQuiet = start.View is null ? now - (histories.TryGetValue(RestartCause.Configuration, out var last) ? last.At : default) : TimeSpan.Zero,
                SinceMissing = now,
                SinceFirstConnection = start.SinceFirstConnection is null ? null : now,
                SincePartial = now,
                Stamps = stamps,
                Configuration = Of(RestartCause.Configuration),
                Partial = Of(RestartCause.Partial),
                Stranded = Of(RestartCause.Stranded),
                PeerQuestions = questions,
                SinceQuestion = questions == 0 ? TimeSpan.MaxValue : now - asked,
                SincePeer = start.Peer is null ? TimeSpan.MaxValue : now - answered,
                SinceProbe = probes == 0 ? TimeSpan.MaxValue : now - probed,
            });
            switch (verdict.Action)
            {
                case RingAction.Stamp:
                    stamps++;
                    changed = now;
                    break;
                case RingAction.Restart:
                    var before = histories.GetValueOrDefault(verdict.Cause);
                    histories[verdict.Cause] = (before.Count + 1, now, before.Late + (verdict.IsRepairLate ? 1 : 0));
                    break;
                case RingAction.ProbeServers:
                    probes++;
                    probed = now;
                    break;
                case RingAction.AskPeer:
                    questions++;
                    (asked, answered) = (now, now);
                    break;
                default:
                    break;
            }
        }

        return (stamps, histories.Values.Sum(h => h.Count), questions + probes);
    }

    private static (RingState State, RingAction Action) Summary(RingSituation situation) => RingJudge.Judge(situation) is var verdict ? (verdict.State, verdict.Action) : default;

    private static RingSituation Situation(RingView? view) => new(Two, view, TimeSpan.Zero, Settings) { SincePrograms = At(1000) };

    private static RingView View(int revision, params RingServer[] servers) => new(revision, [.. servers]) { HasPrograms = false };

    private static RepairHistory History(int restarts, double since) => restarts == 0 ? RepairHistory.None : new RepairHistory(restarts, At(since));

    private static NodeKey Key(string name) => new($"cuk-{name}", 8021);

    private static RingServer Good(string name) => new(Key(name), name, InService: true, IsUp: true, IsConnected: true);

    private static RingServer HalfOpen(string name) => Up(name) with { IsHalfOpen = true };

    private static RingServer Up(string name) => Good(name) with { IsConnected = false };

    private static RingServer Down(string name) => Good(name) with { InService = false, IsUp = false, IsConnected = false };

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
