using System.Diagnostics;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Connection;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Services;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Connection;

public sealed class ConnectionControllerTests : IDisposable
{
    private readonly FakeRing _ring = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ConnectionController Controller => _ring.Controller;

    private (RingState State, RingAction Action) Verdict => (_ring.Ring.Verdict!.State, _ring.Ring.Verdict.Action);

    private string Path => _ring.File.Path;

    public void Dispose() => _ring.Dispose();

    /// <summary>The regression guard of the watching path, in bytes: half as much again as today, with what a build without optimization adds.</summary>
    [Fact]
    public async Task A_quiet_poll_judges_nothing_again_and_allocates_little()
    {
        await _ring.WriteAsync("svr1", "svr2");
        var quiet = await _ring.PollAsync();
        for (var last = quiet; !ReferenceEquals(quiet = await _ring.PollAsync(), last); last = quiet)
        {
            // At first the connections are asked for beside the loop; until the answer is there each poll is judged.
            await Task.Yield();
        }

        long allocated = 0;
        const int Polls = 50;
        for (var poll = 0; poll < Polls; poll++)
        {
            var thread = Environment.CurrentManagedThreadId;
            var before = GC.GetAllocatedBytesForCurrentThread();
            var polling = Controller.RunAsync(Cancel);

            // A poll that took longer than it was waited for says nothing about the usual one.
            allocated += polling.IsCompleted && thread == Environment.CurrentManagedThreadId ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
            Assert.Same(quiet, await polling);
        }

        Assert.InRange(allocated / Polls, 0, 3000);
    }

    [Fact]
    public void Few_slaves_ask_at_once_and_many_in_slots()
    {
        var outcome = new Outcome.Unchanged("connected");
        Assert.Equal(TimeSpan.Zero, ConnectionController.AskingK2hr3(outcome, "+a", 16).TriggerSpread);
        var many = ConnectionController.AskingK2hr3(outcome, "+a", 5000);
        Assert.Equal((ControllerKinds.Configuration, "+a", TimeSpan.FromSeconds(150)), (many.Triggers, many.TriggerReason, many.TriggerSpread));
    }

    [Fact]
    public async Task A_chmpx_that_runs_is_not_restarted_while_a_key_that_does_not_fit_would_end_it()
    {
        const string Tls = "SSL = yes\nSSL_VERIFY_PEER = yes\nSERVER_CERT = /c\nSERVER_PRIKEY = /k\nSLAVE_CERT = /c\nSLAVE_PRIKEY = /k\n";
        _ring.IsTlsThere = true;
        await _ring.File.WriteAsync(IniReader.Read(_ring.Text("svr1", "svr2").Replace("[GLOBAL]\n", $"[GLOBAL]\n{Tls}", StringComparison.Ordinal)), null, Cancel);
        await _ring.PollAsync();
        Assert.Equal((RingAction.None, 0), (Verdict.Action, _ring.Restarts));
        Assert.Contains(_ring.Ring.RestartNeeds, need => need.Reason == RestartReason.ServerChanged);
        _ring.KeyFits = true;
        await _ring.PollAsync();
        Assert.Equal((RingAction.Restart, 1), (Verdict.Action, _ring.Restarts));
    }

    [Fact]
    public async Task How_full_the_ring_is_is_known_from_the_last_accepted_resource_while_K2HR3_is_away()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        Assert.Null(_ring.Ring.Room);
        _ring.Resource.Accept(_ring.Text("svr1", "svr2") + "\n[SLVNODE]\nNAME = other\n");
        await _ring.PollAsync();
        Assert.Equal(new RingRoom(Servers: 2, Slaves: 2, Places: 1024), _ring.Ring.Room);
    }

    [Fact]
    public async Task Without_a_configuration_it_waits()
    {
        var outcome = Assert.IsType<Outcome.Waiting>(await _ring.PollAsync());
        Assert.Equal((Reasons.NoConfiguration, ControllerKinds.Ready), (outcome.Reason, outcome.Triggers));
    }

    [Fact]
    public async Task A_file_that_vanished_is_asked_for_again()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        File.Delete(Path);
        Assert.Equal(ControllerKinds.Configuration | ControllerKinds.Ready, (await _ring.PollAsync()).Triggers);
    }

    [Fact]
    public async Task Connected_to_all_it_is_quiet_and_nothing_is_done_for_a_day()
    {
        await _ring.WriteAsync("svr1", "svr2");
        var (generation, asks) = await WatchAsync(TimeSpan.FromDays(1), TimeSpan.FromMinutes(5));
        Assert.Equal((1, 0, 0), (generation, asks, _ring.Restarts));
        Assert.True(Controller.IsReady);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_changed_by_others_is_asked_about_once_also_where_another_controller_saw_it_first(bool isSeenFirst)
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.With(["svr1", "svr2"], generation: 9, controlPort: _ring.ControlPort));
        if (isSeenFirst)
        {
            _ring.File.Refresh();
        }

        var outcome = await _ring.PollAsync();
        Assert.Equal((ControllerKinds.Configuration, ConnectionController.FileChanged), (outcome.Triggers, outcome.TriggerReason));
        Assert.Equal(ControllerKinds.None, (await _ring.PollAsync()).Triggers);
    }

    [Fact]
    public async Task A_generation_that_is_never_loaded_is_stamped_twice_and_then_restarted_for_ever_more_rarely()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Stuck = 1000;
        var (generation, asks) = await WatchAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));
        Assert.Equal(1002, generation);
        Assert.Equal(0, asks);
        Assert.InRange(_ring.Restarts, 5, 18);
    }

    [Fact]
    public async Task Servers_that_never_admit_the_slave_bring_neither_stamps_nor_restarts()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Down("svr1"), DumpText.Down("svr2"));
        var (generation, _) = await WatchAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));
        Assert.Equal((1, 0), (generation, _ring.Restarts));
        Assert.False(Controller.IsReady);
    }

    [Fact]
    public async Task A_server_without_a_connection_for_ever_brings_no_stamps_and_a_restart_a_minute_while_no_program_is_there()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Up("svr2"));
        _ring.Inquiries.IsReachable = true;
        var (generation, _) = await WatchAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));
        Assert.Equal(1, generation);
        Assert.InRange(_ring.Restarts, 60, 125);
        Assert.True(Controller.IsReady);
    }

    [Fact]
    public async Task For_a_server_that_the_ring_shows_up_and_that_accepts_no_connection_chmpx_is_not_restarted_until_it_does()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Up("svr2"));
        await WatchAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1));
        Assert.Equal(0, _ring.Restarts);
        _ring.Inquiries.IsReachable = true;
        await WatchAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Equal(1, _ring.Restarts);
    }

    [Fact]
    public async Task A_partial_connection_is_not_ready_before_the_deadline_and_degraded_after_it()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Inquiries.Up = ["svr1", "svr2"];
        _ring.Answer = revision => DumpText.From(DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Down("svr2")), hasPrograms: true);
        await WatchAsync(TimeSpan.FromSeconds(89), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Partial, false), (Verdict.State, Controller.IsReady));
        await WatchAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Partial, true), (Verdict.State, Controller.IsReady));
        Assert.IsType<Outcome.Unchanged>(await _ring.PollAsync());
        Assert.Equal(["svr2"], _ring.Ring.Verdict!.Missing);
        Assert.Equal(0, _ring.Restarts);
    }

    [Fact]
    public async Task With_programs_attached_the_missing_server_is_asked_to_tell_its_status_three_times_at_the_most_also_by_restarted_agents()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Inquiries.Up = ["svr1", "svr2"];
        _ring.Answer = revision => DumpText.From(DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Down("svr2")), hasPrograms: true);
        for (var day = 0; day < 3; day++)
        {
            await WatchAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(5));
            _ring.RestartAgent();
        }

        Assert.Equal(["cuk-svr2", "cuk-svr2", "cuk-svr2"], _ring.Inquiries.StatusRequests);
        Assert.Equal(0, _ring.Restarts);
    }

    [Fact]
    public async Task An_address_that_changed_has_the_host_registered_again_until_that_was_accepted()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Addresses.NoteRegistered();
        await _ring.PollAsync();
        Assert.Equal(ControllerKinds.None, (await _ring.PollAsync()).Triggers);
        _ring.HostAddresses.Clear();
        _ring.HostAddresses.Add(System.Net.IPAddress.Parse("10.0.0.2"));
        await WatchAsync(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(1));
        Assert.Equal(ControllerKinds.Registration, (await _ring.PollAsync()).Triggers);
        _ring.Addresses.NoteRegistered();
        Assert.Equal(ControllerKinds.None, (await _ring.PollAsync()).Triggers);
    }

    [Fact]
    public async Task Connections_from_an_address_that_is_gone_bring_a_restart_although_chmpx_shows_them()
    {
        _ring.Sockets.Connect("svr1");
        _ring.Sockets.Connect("svr2");
        await _ring.WriteAsync("svr1", "svr2");
        await WatchAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Connected, 0), (Verdict.State, _ring.Restarts));
        _ring.HostAddresses.Clear();
        _ring.HostAddresses.Add(System.Net.IPAddress.Parse("10.0.0.2"));
        await WatchAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Stranded, 0), (Verdict.State, _ring.Restarts));
        _ring.Inquiries.IsReachable = true;
        await WatchAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Stranded, RingAction.None), Verdict);
        Assert.InRange(_ring.Restarts, 1, 3);

        // The next process has connections of its own, and is asked about at once.
        _ring.Sockets.End("svr1");
        _ring.Sockets.Connect("svr1", "10.0.0.2");
        _ring.Systemd.Run(_ring.Unit);
        await WatchAsync(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        Assert.Equal(RingState.Connected, Verdict.State);
    }

    [Fact]
    public async Task A_half_open_connection_does_not_count_and_brings_no_restart_while_another_server_is_connected()
    {
        await ConnectedAsync();
        _ring.Sockets.Tell("svr2", Silent);
        await _ring.PollAsync();
        Assert.Equal((RingState.Connected, RingCoverage.Some), (Verdict.State, _ring.Ring.Verdict!.Coverage));
        Assert.True(_ring.Ring.View!.Servers.Single(server => server.Name == "svr2") is { IsHalfOpen: true, IsConnected: false });
        await WatchAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Connected, 0, true), (Verdict.State, _ring.Restarts, _ring.Controller.IsReady));

        _ring.Sockets.Tell("svr2", default);
        await _ring.PollAsync();
        Assert.Equal(RingCoverage.All, _ring.Ring.Verdict!.Coverage);
    }

    [Fact]
    public async Task An_agent_that_was_started_again_takes_programs_nothing_away_while_it_finds_out_about_a_server()
    {
        await ConnectedAsync();
        _ring.RestartAgent();
        _ring.Ring.Verdict = null;
        Assert.False(_ring.Controller.HasJudged);
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Down("svr2"));
        await _ring.PollAsync();
        Assert.Equal((RingState.Connecting, true, true), (Verdict.State, _ring.Controller.HasJudged, _ring.Controller.IsReady));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_nothing_against_the_connection_for_an_agent_that_was_started_again()
    {
        await ConnectedAsync();
        _ring.RestartAgent();
        _ring.Ring.Verdict = null;
        var answer = _ring.Answer;
        _ring.Answer = _ => [];
        await _ring.PollAsync();
        Assert.False(_ring.Controller.HasJudged);

        // What it shows is another generation than the file's.
        _ring.Answer = revision => answer(revision - 1);
        await _ring.PollAsync();
        Assert.Equal((RingState.Loading, true, true), (Verdict.State, _ring.Controller.HasJudged, _ring.Controller.IsReady));
    }

    /// <summary>As after a firewall on the way lost what it knew of the connection.</summary>
    [Fact]
    public async Task A_half_open_server_that_goes_on_accepting_connections_is_up_and_connected_again_where_no_program_is_attached()
    {
        await ConnectedAsync();
        _ring.Sockets.Tell("svr2", Silent);
        await WatchAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Connected, 0), (Verdict.State, _ring.Restarts));
        Assert.InRange(_ring.Inquiries.Probes, 25, 35);

        _ring.Inquiries.IsReachable = true;
        await WatchAsync(TimeSpan.FromSeconds(58), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Connected, 0), (Verdict.State, _ring.Restarts));
        for (var second = 0; second < 20 && _ring.Restarts == 0; second++)
        {
            await WatchAsync(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        }

        Assert.Equal((RingState.Partial, 1, true), (Verdict.State, _ring.Restarts, _ring.Controller.IsReady));

        // It is not repeated for the same silence before another minute is over.
        await WatchAsync(TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(1));
        Assert.Equal(1, _ring.Restarts);
    }

    [Fact]
    public async Task Where_all_connections_are_half_open_chmpx_is_restarted_once_a_server_can_be_reached_and_the_kernel_does_not_try_soon()
    {
        await ConnectedAsync();
        _ring.Sockets.Tell("svr1", Silent);
        _ring.Sockets.Tell("svr2", Silent);
        await WatchAsync(TimeSpan.FromSeconds(59), TimeSpan.FromSeconds(1));

        // A short silence stops no program.
        Assert.Equal((RingState.Stranded, true), (Verdict.State, _ring.Controller.IsReady));
        await WatchAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Stranded, 0, false), (Verdict.State, _ring.Restarts, _ring.Controller.IsReady));

        // The network is back, for a moment and then for good.
        _ring.Inquiries.IsReachable = true;
        await WatchAsync(TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(1));
        _ring.Inquiries.IsReachable = false;
        await WatchAsync(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
        _ring.Inquiries.IsReachable = true;
        await WatchAsync(TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(1));
        Assert.Equal(0, _ring.Restarts);
        await WatchAsync(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(1));
        Assert.Equal(1, _ring.Restarts);
    }

    [Fact]
    public async Task Half_open_connections_stay_so_while_no_name_is_known_and_while_the_kernel_does_not_tell()
    {
        await ConnectedAsync();
        _ring.Sockets.Tell("svr1", Silent);
        _ring.Sockets.Tell("svr2", Silent);
        await _ring.PollAsync();
        Assert.Equal(RingState.Stranded, Verdict.State);
        _ring.Sockets.IsResolved = false;
        await WatchAsync(TimeSpan.FromMinutes(12), TimeSpan.FromSeconds(5));
        Assert.Equal(RingState.Stranded, Verdict.State);

        var sockets = _ring.Sockets.Deny();
        await WatchAsync(TimeSpan.FromMinutes(12), TimeSpan.FromSeconds(5));
        Assert.Equal(RingState.Stranded, Verdict.State);
        _ring.Sockets.Allow(sockets);
        _ring.Sockets.Tell("svr1", default);
        await WatchAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        Assert.Equal(RingState.Connected, Verdict.State);
    }

    [Fact]
    public async Task Names_that_nobody_knew_at_first_are_asked_again_soon()
    {
        _ring.Sockets.IsResolved = false;
        await ConnectedAsync();
        _ring.Sockets.Tell("svr2", Silent);
        await WatchAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));
        Assert.Equal(RingCoverage.All, _ring.Ring.Verdict!.Coverage);
        _ring.Sockets.IsResolved = true;
        await WatchAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));
        Assert.Equal(RingCoverage.Some, _ring.Ring.Verdict!.Coverage);
        Assert.Equal(Reasons.HalfOpen, (await _ring.PollAsync()).Reason);
    }

    [Fact]
    public async Task Another_users_connection_to_a_server_is_not_chmpxs()
    {
        _ring.Sockets.Owner = 990;
        _ring.Sockets.Connect("svr1", user: 1000);
        _ring.Sockets.Tell("svr1", Silent);
        await ConnectedAsync(user: 990);
        _ring.Sockets.Tell("svr1", Silent);
        Assert.Equal(2, _ring.Ring.Sockets.Servers.Sum(server => server.Value.Length));
    }

    [Fact]
    public async Task A_quiet_second_reads_the_known_connections_and_not_the_whole_table()
    {
        await ConnectedAsync();
        await WatchAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        var (reads, again) = (_ring.Sockets.Reads, _ring.Sockets.ReadsAgain);
        await WatchAsync(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(1));
        Assert.Equal(reads, _ring.Sockets.Reads);
        Assert.InRange(_ring.Sockets.ReadsAgain - again, 100, 140);
        await WatchAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1));
        Assert.InRange(_ring.Sockets.Reads - reads, 1, 4);
    }

    [Fact]
    public async Task A_further_connection_that_chmpx_makes_to_a_server_is_found_at_its_next_answer_and_tells_of_the_server()
    {
        await ConnectedAsync();
        await WatchAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2") with { Socket = "18, 13" });
        _ring.Sockets.Connect("svr2");
        await WatchAsync(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        Assert.Equal(3, _ring.Ring.Sockets.Servers.Sum(server => server.Value.Length));
    }

    [Fact]
    public async Task Without_the_kernels_table_the_control_port_alone_tells()
    {
        await ConnectedAsync();
        _ring.Sockets.Deny();
        await WatchAsync(TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Connected, RingCoverage.All, 0), (Verdict.State, _ring.Ring.Verdict!.Coverage, _ring.Restarts));
    }

    [Fact]
    public async Task After_the_end_of_a_connection_chmpx_is_polled_ten_times_a_second_for_a_while()
    {
        await ConnectedAsync();
        await WatchAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));
        Assert.Null((await _ring.PollAsync()).RecheckAfter);

        // Another program's, and the agent's own.
        Assert.False(_ring.NoteEnd(4711));
        Assert.Null((await _ring.PollAsync()).RecheckAfter);

        var cookie = _ring.Sockets.CookieOf("svr2");
        _ring.Sockets.End("svr2");
        Assert.True(_ring.NoteEnd(cookie));
        Assert.Equal(TimeSpan.FromMilliseconds(100), (await _ring.PollAsync()).RecheckAfter);
        await WatchAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Null((await _ring.PollAsync()).RecheckAfter);
    }

    [Fact]
    public async Task Connections_that_come_and_go_all_the_time_are_no_reason_to_poll_oftener()
    {
        await ConnectedAsync();
        await WatchAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));
        var often = 0;
        for (var turn = 0; turn < 300; turn++)
        {
            _ring.Sockets.End("svr2");
            _ring.Sockets.Connect("svr2");
            _ring.Time.Advance(TimeSpan.FromMilliseconds(200));
            often += (await _ring.PollAsync()).RecheckAfter is null ? 0 : 1;
        }

        Assert.InRange(often, 10, 80);
        Assert.False(_ring.NoteEnd(_ring.Sockets.CookieOf("svr2")));
    }

    [Fact]
    public async Task A_cluster_that_is_scaled_for_minutes_is_followed_at_once_all_the_time()
    {
        await ConnectedAsync();
        await WatchAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));
        for (var turn = 0; turn < 40; turn++)
        {
            _ring.Time.Advance(TimeSpan.FromSeconds(4));
            var cookie = _ring.Sockets.CookieOf("svr2");
            _ring.Sockets.End("svr2");
            Assert.True(_ring.NoteEnd(cookie));
            await _ring.PollAsync();
            _ring.Sockets.Connect("svr2");
            _ring.Time.Advance(TimeSpan.FromSeconds(1));
            await _ring.PollAsync();
            await WatchAsync(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(1));
        }
    }

    private static TcpHealth Silent => new(TcpTimer.Retransmission, 6, SinceHeard: TimeSpan.FromSeconds(12));

    private async Task ConnectedAsync(uint user = 0)
    {
        _ring.Sockets.Connect("svr1", user: user);
        _ring.Sockets.Connect("svr2", user: user);
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        Assert.Equal((RingState.Connected, RingCoverage.All), (Verdict.State, _ring.Ring.Verdict!.Coverage));
    }

    [Fact]
    public async Task Why_chmpx_does_not_answer_is_asked_of_systemd_and_told_once()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = _ => [];
        _ring.Inquiries.Unit = new UnitReport(
            new UnitStatus(_ring.Unit, UnitLoadState.Loaded, UnitActiveState.Activating, "auto-restart", "exit-code", new MainExit(false, 1), 7, false, false, 0, null, []),
            "could not get own node");
        await WatchAsync(TimeSpan.FromSeconds(38), TimeSpan.FromSeconds(1));
        Assert.Equal((7, "could not get own node"), (_ring.Ring.Unit!.Restarts, _ring.Ring.UnitLastLines));
        Assert.Single(_ring.Log.Seen, line => line.Contains("could not get own node", StringComparison.Ordinal));
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2"));
        await _ring.PollAsync();
        Assert.Null(_ring.Ring.UnitLastLines);
    }

    [Fact]
    public async Task Another_process_that_writes_the_file_is_warned_of_once_a_minute_and_the_agents_own_commands_are_not()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        var other = new ConfigurationFile(_ring.Directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, _ring.Time);
        await other.WriteAsync(IniReader.Read(_ring.Text("svr1", "svr2")), null, Cancel);
        await _ring.PollAsync();
        Assert.Empty(_ring.Log.Seen);
        for (var i = 0; i < 50; i++)
        {
            _ring.Directory.Put("etc/antpickax/k2hdkc.ini", $"# {i}\n" + _ring.Text("svr1", "svr2"));
            await _ring.PollAsync();
            _ring.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await WatchAsync(TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(1));
        Assert.Equal(2, _ring.Log.Seen.Count(line => line.Contains(Path, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_chmpx_that_ends_by_itself_is_warned_of_and_one_that_the_agent_restarts_is_not()
    {
        await _ring.WriteAsync("svr1", "svr2");
        var pid = 100;
        _ring.Answer = revision => DumpText.From(DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2")), pid: pid + _ring.Restarts, port: _ring.Restarts == 0 ? 9020 : 8020);
        await WatchAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1));
        Assert.Equal(1, _ring.Restarts);
        Assert.Empty(_ring.Log.Seen);
        _ring.Tracker.NoteOtherRestart();
        pid = 150;
        await _ring.PollAsync();
        Assert.Empty(_ring.Log.Seen);
        pid = 200;
        await _ring.PollAsync();
        Assert.Single(_ring.Log.Seen);
    }

    [Fact]
    public async Task A_restarted_agent_goes_on_with_the_pauses_and_the_deadline_of_the_one_before()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Inquiries.Up = ["svr1", "svr2"];
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Down("svr2"));
        await WatchAsync(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
        var before = _ring.Restarts;
        Assert.InRange(before, 4, 6);
        _ring.RestartAgent();
        await WatchAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));
        Assert.InRange(_ring.Restarts - before, 1, 2);
        Assert.False(Controller.IsReady);
        await WatchAsync(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1));
        Assert.True(Controller.IsReady);
    }

    [Fact]
    public async Task A_slave_that_lost_everything_restarts_chmpx_once_a_server_can_be_reached()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await WatchAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        _ring.Answer = revision => DumpText.From(DumpText.Of(revision, DumpText.Down("svr1"), DumpText.Down("svr2")), hasPrograms: true);
        await WatchAsync(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Stranded, 0), (Verdict.State, _ring.Restarts));
        Assert.InRange(_ring.Inquiries.Probes, 150, 301);
        _ring.Inquiries.IsReachable = true;
        await WatchAsync(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1));
        Assert.InRange(_ring.Restarts, 1, 9);
    }

    [Fact]
    public async Task A_change_that_needs_a_start_is_found_by_what_chmpx_shows_also_by_an_agent_that_did_not_see_it_happen()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Directory.Put("etc/antpickax/k2hdkc.ini", _ring.Text("svr1", "svr2").Replace("8020", "9020", StringComparison.Ordinal).Replace("FILEVERSION = 1", "FILEVERSION = 2", StringComparison.Ordinal));
        _ring.RestartAgent();
        await _ring.PollAsync();
        Assert.Equal((RingState.Loading, RingAction.Restart), Verdict);
        Assert.Equal(1, _ring.Restarts);
    }

    [Fact]
    public async Task A_difference_that_a_restart_does_not_take_away_is_not_restarted_for_again()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = revision => DumpText.From(
            DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2")), pid: 100 + _ring.Restarts, group: "another");
        await WatchAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(10));
        Assert.Equal((1, RingState.Connected), (_ring.Restarts, Verdict.State));
    }

    [Fact]
    public async Task Of_a_chmpx_of_somebody_elses_a_restart_is_asked_for_until_it_is_done_and_not_again_for_what_it_does_not_take_away()
    {
        _ring.Systemd.WhyAbsent = "-";
        await _ring.WriteAsync("svr1", "svr2");
        var pid = 100;
        _ring.Answer = revision => DumpText.From(DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2")), pid: pid, group: "another");
        _ring.Role.LearnUnreadable();
        var services = new UnmanagedServicesController(_ring.Role, _ring.File, _ring.Ring, "-");
        var first = await _ring.PollAsync();
        while (!_ring.Ring.Verdict!.NeedsExternalRestart)
        {
            _ring.Time.Advance(TimeSpan.FromSeconds(1));
            first = await _ring.PollAsync();
        }

        Assert.True(first.Triggers.HasFlag(ControllerKinds.Services), "the services are not looked at");
        await WatchAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10));
        Assert.Equal((RingState.Loading, Reasons.ChmpxRestartNeeded), (Verdict.State, Assert.IsType<Outcome.Waiting>(await services.RunAsync(Cancel)).Reason));
        pid++;
        await WatchAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(10));
        Assert.Equal((RingState.Connected, Reasons.NoServiceManager), (Verdict.State, Assert.IsType<Outcome.NothingToDo>(await services.RunAsync(Cancel)).Reason));
        Assert.Equal(0, _ring.Restarts);
    }

    [Fact]
    public async Task A_size_that_chmpx_takes_at_its_start_only_restarts_it_although_a_reload_shows_it()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = revision => DumpText.From(DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2")), pid: 100 + _ring.Restarts);
        await _ring.PollAsync();
        _ring.Directory.Put("etc/antpickax/k2hdkc.ini", _ring.Text("svr1", "svr2").Replace("MODE = SLAVE", "MODE = SLAVE\nMAXCHMPX = 300", StringComparison.Ordinal).Replace("FILEVERSION = 1", "FILEVERSION = 2", StringComparison.Ordinal));
        _ring.RestartAgent();
        await WatchAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(10));
        Assert.Equal((1, RingState.Connected), (_ring.Restarts, Verdict.State));
    }

    [Fact]
    public async Task A_server_that_lingers_is_purged_by_two_stamps_at_the_most()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2"), DumpText.Down("gone"));
        var (generation, asks) = await WatchAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));
        Assert.Equal((3, 0, 0), (generation, asks, _ring.Restarts));
    }

    [Fact]
    public async Task An_unresponsive_chmpx_is_restarted_ever_more_rarely()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = _ => [];
        var (generation, _) = await WatchAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));
        Assert.Equal(1, generation);
        Assert.InRange(_ring.Restarts, 5, 18);
    }

    [Fact]
    public async Task A_changed_port_of_a_known_server_restarts_once()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Directory.Put("etc/antpickax/k2hdkc.ini", (await File.ReadAllTextAsync(Path, Cancel))
            .Replace("8020", "9020", StringComparison.Ordinal).Replace("FILEVERSION         = 1", "FILEVERSION = 2", StringComparison.Ordinal));
        _ring.Answer = revision => DumpText.From(
            DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2")), pid: 100 + _ring.Restarts, port: _ring.Restarts == 0 ? 8020 : 9020);
        await _ring.PollAsync();
        Assert.Equal((RingState.Loading, RingAction.Restart), Verdict);
        Assert.Equal(1, _ring.Restarts);
        await WatchAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(30));
        Assert.Equal(1, _ring.Restarts);
    }

    [Fact]
    public async Task A_systemctl_that_hangs_at_a_restart_holds_up_no_poll()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        var never = new TaskCompletionSource();
        _ring.Systemd.Let($"try-restart {_ring.Unit}", FakeTrouble.HangsUntil(never.Task));
        ChangePort();
        await _ring.PollAsync();
        Assert.True(_ring.Systemd.IsHanging);
        await WatchAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1));
        Assert.NotNull(_ring.Ring.View);
        Assert.Equal(1, _ring.Restarts);
        never.SetResult();
        await Eventually.IsTrueAsync(() => !_ring.Systemd.IsHanging, "systemctl has ended");
        await WatchAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Equal((RingState.Connected, 1), (Verdict.State, _ring.Restarts));
    }

    [Theory]
    [InlineData(nameof(FakeTrouble.Fails))]
    [InlineData(nameof(FakeTrouble.HasNoEffect))]
    [InlineData(nameof(FakeTrouble.IsKilled))]
    public async Task A_restart_that_has_no_effect_is_requested_again_until_another_process_answers(string trouble)
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Systemd.Let($"try-restart {_ring.Unit}", FakeTrouble.Named(trouble), times: 3);
        ChangePort();
        await WatchAsync(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1));
        Assert.Equal((4, RingState.Connected), (_ring.Restarts, Verdict.State));
    }

    [Fact]
    public async Task A_restart_that_never_has_an_effect_is_requested_ever_more_rarely()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Systemd.Let($"try-restart {_ring.Unit}", FakeTrouble.HasNoEffect, times: 1000);
        ChangePort();
        await WatchAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
        Assert.InRange(_ring.Restarts, 30, 90);
        Assert.NotEqual(RingState.Connected, Verdict.State);
    }

    [Fact]
    public async Task A_restart_that_was_requested_by_an_agent_that_was_killed_is_requested_again_by_the_next_one()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Systemd.Let($"try-restart {_ring.Unit}", FakeTrouble.IsKilled);
        ChangePort();
        await _ring.PollAsync();
        Assert.Equal(1, _ring.Restarts);
        _ring.RestartAgent();
        await WatchAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1));
        Assert.Equal((2, RingState.Connected), (_ring.Restarts, Verdict.State));
        _ring.RestartAgent();
        await WatchAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(10));
        Assert.Equal(2, _ring.Restarts);
    }

    [Fact]
    public async Task Restarts_of_chmpx_are_counted_over_restarts_of_the_agent()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        Assert.Equal(new ChmpxRestarts(ByAgent: 0, ByOthers: 0), _ring.Ring.Restarts);
        ChangePort();
        await WatchAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Equal(new ChmpxRestarts(ByAgent: 1, ByOthers: 0), _ring.Ring.Restarts);
        _ring.RestartAgent();
        _ring.Ring.Restarts = default;
        _ring.Systemd.Run(_ring.Unit);
        await WatchAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Equal(new ChmpxRestarts(ByAgent: 1, ByOthers: 1), _ring.Ring.Restarts);
    }

    [Fact]
    public async Task A_role_that_is_no_slaves_wants_no_connection()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Role.LearnOther(isConfirmed: false);
        Assert.IsType<Outcome.NothingToDo>(await _ring.PollAsync());
    }

    [Fact]
    public void It_asks_chmpx_and_not_K2HR3() =>
        Assert.Equal((ControllerKinds.Connection, Lane.Connection, TimeSpan.FromMinutes(5)), (Controller.Kind, Controller.Lane, Controller.WatchdogLimit));

    [Fact]
    public async Task A_file_that_vanished_is_made_again_from_the_last_answer_without_K2HR3()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Resource.Accept(_ring.Text("svr1", "svr2"));
        await _ring.PollAsync();
        Assert.True(Controller.IsReady);
        File.Delete(Path);
        var waiting = Assert.IsType<Outcome.Waiting>(await _ring.PollAsync());
        Assert.Equal(
            (Reasons.Restored, ControllerKinds.Configuration | ControllerKinds.Services, Reasons.NoConfiguration, TimeSpan.FromMilliseconds(100)),
            (waiting.Reason, waiting.Triggers, waiting.TriggerReason, waiting.Again));
        Assert.Equal((2, 2), (_ring.File.Current!.FileVersion, _ring.File.Current.Servers.Count()));
        Assert.True(Controller.IsReady, "chmpx keeps its connections without a file, and programs their cluster");
        await _ring.PollAsync();
        Assert.True(Controller.IsReady);
    }

    [Fact]
    public async Task A_generation_that_chmpx_does_not_load_takes_no_connection_from_programs_also_after_the_agent_started_again()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Stuck = 1;
        await _ring.WriteAsync("svr1", "svr2");
        Assert.Equal(nameof(RingState.Loading), (await _ring.PollAsync()).Reason);
        Assert.Equal((RingCoverage.All, true), (_ring.Ring.Verdict!.Coverage, Controller.IsReady));
        _ring.RestartAgent();
        _ring.Ring.Verdict = null;
        Assert.IsType<Outcome.Waiting>(await _ring.PollAsync());
        Assert.True(Controller.IsReady);

        _ring.Answer = revision => DumpText.Of(revision, DumpText.Down("svr1"), DumpText.Down("svr2"));
        await _ring.PollAsync();
        Assert.Equal((RingState.Loading, RingCoverage.None, false), (_ring.Ring.Verdict!.State, _ring.Ring.Verdict.Coverage, Controller.IsReady));
    }

    [Fact]
    public async Task A_chmpx_that_connects_before_its_requested_restart_comes_is_not_said_to_have_ended_by_itself()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Systemd.Let($"try-restart {_ring.Unit}", new FakeTrouble(new CommandResult(0, string.Empty)));
        await _ring.File.WriteAsync(IniReader.Read(_ring.Text("svr1", "svr2").Replace("8020", "9020", StringComparison.Ordinal)), null, Cancel);
        await WatchAsync(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        Assert.Equal(1, _ring.Restarts);
        await _ring.WriteAsync("svr1", "svr2");
        await WatchAsync(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        _ring.Systemd.Run(_ring.Unit);
        await WatchAsync(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(_ring.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_no_configuration_is_told_by_its_reason_and_asked_for_once()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        await File.WriteAllTextAsync(Path, "hello", Cancel);
        var waiting = Assert.IsType<Outcome.Waiting>(await _ring.PollAsync());
        Assert.Equal((Reasons.ForeignFile, ControllerKinds.Configuration | ControllerKinds.Ready, Reasons.NoConfiguration), (waiting.Reason, waiting.Triggers, waiting.TriggerReason));
        Assert.False(Controller.IsReady);
        Assert.Null(_ring.Ring.View);
        Assert.Null(_ring.Ring.Verdict);
        Assert.Equal(ControllerKinds.None, (await _ring.PollAsync()).Triggers);
    }

    [Fact]
    public async Task A_file_that_chmpx_would_exit_on_is_replaced_by_the_last_answer_without_K2HR3()
    {
        await PutRefusedFileAsync();
        Assert.Equal(Reasons.Restored, (await _ring.PollAsync()).Reason);
        Assert.Equal(2, _ring.File.Current!.Servers.Count());
    }

    [Fact]
    public async Task A_file_whose_predecessor_had_another_name_is_exchanged_and_brings_no_restart()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Stuck = 1;
        using (var ln = Process.Start("ln", [Path, Path + ".backup"]))
        {
            await ln.WaitForExitAsync(Cancel);
        }

        await _ring.WriteAsync("svr1", "svr2", "svr3");
        await _ring.PollAsync();
        Assert.Equal(0, _ring.Restarts);
    }

    [Fact]
    public async Task Why_a_restart_failed_is_logged_as_systemctl_says_it()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Systemd.Let($"try-restart {_ring.Unit}", new FakeTrouble(new CommandResult(1, "Access denied\n")));
        ChangePort();
        await WatchAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        Assert.Single(_ring.Log.Seen, line => line.Contains("Access denied", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_role_that_turns_out_to_be_no_slaves_is_not_connected_any_more()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Role.LearnOther(isConfirmed: false);
        Assert.Equal(Reasons.NotASlave, (await _ring.PollAsync()).Reason);
        Assert.False(Controller.IsReady);
        Assert.Null(_ring.Ring.View);
    }

    [Fact]
    public async Task A_file_that_chmpx_would_exit_on_is_replaced_also_when_another_controller_saw_it_first()
    {
        await PutRefusedFileAsync();
        _ring.File.Refresh();
        Assert.Equal(Reasons.Restored, (await _ring.PollAsync()).Reason);
    }

    [Fact]
    public async Task A_file_that_chmpx_would_exit_on_is_replaced_once_that_can_be_done()
    {
        await PutRefusedFileAsync();
        var obstacle = _ring.Directory.Root.Agent.WriteLock;
        File.Delete(obstacle);
        Directory.CreateDirectory(obstacle);
        await Assert.ThrowsAnyAsync<Exception>(() => _ring.PollAsync());
        Directory.Delete(obstacle);
        Assert.Equal(Reasons.Restored, (await _ring.PollAsync()).Reason);
    }

    [Fact]
    public async Task Right_after_a_change_the_connection_is_polled_soon_again_and_later_not()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Up("svr2"));
        var waiting = Assert.IsType<Outcome.Waiting>(await _ring.PollAsync());
        Assert.Equal(TimeSpan.FromMilliseconds(100), waiting.Again);
        Assert.Equal((RingState.Partial, RingAction.None), Verdict);
        _ring.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(TimeSpan.FromMilliseconds(100), Assert.IsType<Outcome.Waiting>(await _ring.PollAsync()).Again);
        Assert.Equal((RingState.Partial, RingAction.ProbeServers), Verdict);
        _ring.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Assert.IsType<Outcome.Waiting>(await _ring.PollAsync()).Again);
    }

    [Fact]
    public async Task What_was_done_for_a_connection_is_waited_for()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Up("svr2"));
        _ring.Inquiries.IsReachable = true;
        await _ring.PollAsync();
        _ring.Time.Advance(TimeSpan.FromSeconds(31));
        await _ring.PollAsync();
        _ring.Time.Advance(TimeSpan.FromMilliseconds(100));
        var waiting = Assert.IsType<Outcome.Waiting>(await _ring.PollAsync());
        Assert.Equal((RingState.Partial, RingAction.Restart), Verdict);
        Assert.Null(waiting.Again);
    }

    [Fact]
    public async Task What_was_done_for_a_ring_that_is_connected_has_changed_it()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2"), DumpText.Down("gone"));
        Assert.Equal(nameof(RingState.Connected), Assert.IsType<Outcome.Unchanged>(await _ring.PollAsync()).Reason);
        Assert.Equal(1, _ring.File.Current!.FileVersion);
        _ring.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(nameof(RingState.Connected), Assert.IsType<Outcome.Changed>(await _ring.PollAsync()).Reason);
        Assert.Equal((RingAction.Stamp, 2), (Verdict.Action, _ring.File.Current!.FileVersion));
        Assert.True(Controller.IsReady);
    }

    [Fact]
    public async Task All_that_chmpx_does_not_take_while_it_runs_is_told()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Directory.Put("etc/antpickax/k2hdkc.ini", (await File.ReadAllTextAsync(Path, Cancel))
            .Replace("8020", "9020", StringComparison.Ordinal).Replace("= ring", "= other", StringComparison.Ordinal).Replace("FILEVERSION         = 1", "FILEVERSION = 2", StringComparison.Ordinal));
        Assert.Equal(nameof(RingState.Loading), Assert.IsType<Outcome.Waiting>(await _ring.PollAsync()).Reason);
        Assert.Equal([("GROUP", null), ("PORT", "svr1"), ("PORT", "svr2")], _ring.Ring.RestartNeeds.Select(need => (need.Subject, need.Node)).Order());
    }

    [Fact]
    public async Task Another_list_is_stamped_again_where_the_last_one_had_been_given_up()
    {
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2"), DumpText.Good("svr3"), DumpText.Down("gone"));
        await _ring.WriteAsync("svr1", "svr2", "svr3");
        Assert.Equal(3, (await WatchAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(10))).Generation);
        await _ring.WriteAsync("svr1", "svr2");
        Assert.Equal(6, (await WatchAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(10))).Generation);
    }

    [Fact]
    public async Task A_connection_that_comes_and_goes_starts_its_wait_over()
    {
        await _ring.WriteAsync("svr1", "svr2");
        for (var turn = 0; turn < 6; turn++)
        {
            _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), turn % 2 == 0 ? DumpText.Up("svr2") : DumpText.Good("svr2"));
            Assert.Equal(1, (await WatchAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1))).Generation);
        }
    }

    [Fact]
    public async Task A_chmpx_that_stops_answering_is_waited_for_from_its_last_answer_on()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Down("svr2"));
        await WatchAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1));
        _ring.Answer = _ => [];
        await WatchAsync(TimeSpan.FromSeconds(38), TimeSpan.FromSeconds(1));
        Assert.Equal(0, _ring.Restarts);
        await WatchAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Equal(1, _ring.Restarts);
    }

    [Fact]
    public async Task A_generation_that_is_about_to_be_loaded_restarts_nothing()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Stuck = 1;
        await _ring.WriteAsync("svr1", "svr2", "svr3");
        Assert.Equal(nameof(RingState.Loading), (await _ring.PollAsync()).Reason);
        Assert.Equal((1, 2, 0), (_ring.Ring.View!.Revision, _ring.File.Current!.FileVersion, _ring.Restarts));
    }

    [Fact]
    public async Task A_chmpx_that_did_not_answer_for_a_while_is_not_taken_for_restarted_and_one_that_was_is()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        await _ring.PollAsync();
        var answer = _ring.Answer;
        _ring.Answer = _ => [];
        Assert.Equal(ControllerKinds.None, (await _ring.PollAsync()).Triggers & ControllerKinds.Services);
        _ring.Answer = answer;
        Assert.Equal(ControllerKinds.None, (await _ring.PollAsync()).Triggers & ControllerKinds.Services);
        Assert.DoesNotContain(_ring.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));

        _ring.Systemd.Run(_ring.Unit);
        Assert.Equal(ControllerKinds.Services, (await _ring.PollAsync()).Triggers & ControllerKinds.Services);
        Assert.Single(_ring.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_chmpx_that_stays_unresponsive_has_its_unit_and_its_name_observed_unless_it_is_restarted_anyway()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Time.Advance(TimeSpan.FromMinutes(1));
        await _ring.PollAsync();
        _ring.Answer = _ => [];
        _ring.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(ControllerKinds.Ready, (await _ring.PollAsync()).Triggers);
        _ring.Time.Advance(TimeSpan.FromSeconds(1));
        var outcome = await _ring.PollAsync();
        Assert.Equal((ControllerKinds.Services | ControllerKinds.OwnName, nameof(RingState.Unresponsive)), (outcome.Triggers, outcome.TriggerReason));
        _ring.Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(ControllerKinds.None, (await _ring.PollAsync()).Triggers);
        Assert.Equal(1, _ring.Restarts);
    }

    [Fact]
    public async Task A_disagreement_that_the_whole_ring_sees_is_asked_about_in_slots_and_one_of_this_host_at_once()
    {
        var slaves = string.Concat(Enumerable.Range(1, 20).Select(i => $"\n[SLVNODE]\nNAME = other{i}\nCUK = cuk-other{i}\nCTLPORT = 8031\nCUSTOM_ID_SEED = other{i}\n"));
        _ring.Resource.Accept(_ring.Text("svr1") + slaves);
        _ring.Directory.Put("etc/antpickax/k2hdkc.ini", _ring.Text("svr1"));
        var atOnce = await _ring.PollAsync();
        Assert.Equal((ControllerKinds.Configuration | ControllerKinds.Services | ControllerKinds.Ready, TimeSpan.Zero), (atOnce.Triggers, atOnce.TriggerSpread));
        var inTurn = await _ring.PollAsync();
        Assert.Equal((ControllerKinds.Configuration, TimeSpan.FromMilliseconds(21 * 30)), (inTurn.Triggers, inTurn.TriggerSpread));
    }

    /// <summary>A file that reads well and that chmpx would exit on, in the place of one that had become the configuration.</summary>
    private async Task PutRefusedFileAsync()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Resource.Accept(_ring.Text("svr1", "svr2"));
        await _ring.PollAsync();
        _ring.Directory.Put("etc/antpickax/k2hdkc.ini", _ring.Text("svr1").Replace("GROUP = ring", "GROUP = a/b", StringComparison.Ordinal));
    }

    /// <summary>What chmpx takes at a start only.</summary>
    private void ChangePort()
    {
        var before = _ring.Answer;
        var run = _ring.Systemd[_ring.Unit].MainPid;
        _ring.Answer = revision => DumpText.From(before(revision), port: _ring.Systemd[_ring.Unit].MainPid == run ? 8020 : 9020);
        _ring.Directory.Put("etc/antpickax/k2hdkc.ini", _ring.Text("svr1", "svr2").Replace("8020", "9020", StringComparison.Ordinal).Replace("FILEVERSION = 1", "FILEVERSION = 2", StringComparison.Ordinal));
    }

    /// <returns>The generation at the end, and how often K2HR3 was wanted.</returns>
    private async Task<(int? Generation, int Asks)> WatchAsync(TimeSpan howLong, TimeSpan every)
    {
        var asks = 0;
        for (var passed = TimeSpan.Zero; passed < howLong; passed += every)
        {
            asks += (await _ring.PollAsync()).Triggers.HasFlag(ControllerKinds.Configuration) ? 1 : 0;
            _ring.Time.Advance(every);
        }

        return (IniReader.Read(await File.ReadAllTextAsync(Path, Cancel)).FileVersion, asks);
    }
}
