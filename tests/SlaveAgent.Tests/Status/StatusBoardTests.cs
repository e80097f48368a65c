using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Status;

public sealed class StatusBoardTests : IDisposable
{
    private static readonly Outcome Fine = new Outcome.Unchanged("fine");
    private static readonly Outcome Away = new Outcome.Failed("K2HR3 cannot be asked", Consequence.K2hr3Away) { Reason = Reasons.K2hr3Unreachable };

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ListLog _log = new();
    private readonly RingMemory _ring = new();
    private readonly IReadOnlyList<FakeController> _controllers = FakeController.All();
    private readonly ConfigurationFile _file;
    private K2hr3Contact _contact = new("http://k2hr3.example");

    public StatusBoardTests()
    {
        _file = new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead, 1, _time);
        _directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.With(["a", "b"], generation: 7));
        _file.Refresh();
        See(RingState.Connected);
    }

    private string Path => _directory.Root.Agent.StatusFile;

    private string MetricsPath => _directory.Root.Agent.MetricsFile;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void At_first_nothing_was_observed()
    {
        var board = Make();
        Assert.Equal((false, false, false, null), (board.IsSettled, board.HaveAllRun, board.IsStuck, board.FirstOpen));
        var status = board.Snapshot();
        Assert.Equal((ConnectionStates.Disconnected, Reasons.NotObserved), (status.Connection.State, status.Connection.Reason));
        Assert.Equal((ControlStates.Stale, Reasons.NotObserved), (status.Control.State, status.Control.Reason));
        Assert.Equal(
            [
                ConditionTypes.Registered, ConditionTypes.RoleRead, ConditionTypes.ConfigurationCurrent, ConditionTypes.PackagesInstalled,
                ConditionTypes.OwnNameValid, ConditionTypes.ServicesRunning, ConditionTypes.Connected, ConditionTypes.ReadyReached,
                ConditionTypes.HooksRun,
            ],
            status.Conditions.Select(condition => condition.Type));
        Assert.All(status.Conditions, condition => Assert.Equal((ConditionStatus.Unknown, Reasons.NotObserved, null), (condition.Status, condition.Reason, condition.Since)));
    }

    [Fact]
    public void When_every_controller_is_settled_it_is_connected_and_current()
    {
        var board = Make();
        Settle(board);
        Assert.True(board.IsSettled);
        Assert.True(board.HaveAllRun);
        var status = Read();
        Assert.Equal((2, ConnectionStates.Connected, ControlStates.Current, true), (status.Schema, status.Connection.State, status.Control.State, status.IsReady));
        Assert.All(status.Conditions, condition => Assert.Equal(ConditionStatus.True, condition.Status));
    }

    [Theory]
    [InlineData(RingState.Connected, ConnectionStates.Connected)]
    [InlineData(RingState.Partial, ConnectionStates.Degraded)]
    [InlineData(RingState.Connecting, ConnectionStates.Degraded)]
    [InlineData(RingState.Loading, ConnectionStates.Connected, RingCoverage.All)]
    [InlineData(RingState.Loading, ConnectionStates.Degraded, RingCoverage.Some)]
    [InlineData(RingState.Loading, ConnectionStates.Disconnected)]
    [InlineData(RingState.NotAdmitted, ConnectionStates.Disconnected)]
    [InlineData(RingState.Stranded, ConnectionStates.Disconnected)]
    [InlineData(RingState.Unresponsive, ConnectionStates.Disconnected)]
    public void How_this_host_stands_to_its_cluster_is_what_the_ring_was_judged_to_be(RingState ring, string connection, RingCoverage coverage = RingCoverage.None)
    {
        var board = Make();
        Settle(board);
        See(ring, coverage);
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("for the ring") { Reason = ring.ToString() });
        Assert.Equal((connection, ring.ToString()), (board.Snapshot().Connection.State, board.Snapshot().Connection.Reason));
    }

    [Fact]
    public void Degraded_for_longer_than_the_deadline_programs_may_start()
    {
        var board = Make();
        Settle(board);
        See(RingState.Partial);
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("1/2") { Reason = nameof(RingState.Partial) });
        Assert.Equal((ConnectionStates.Degraded, false), (board.Snapshot().Connection.State, board.Snapshot().IsReady));
        Report(board, ControllerKinds.Connection, new Outcome.Unchanged("1/2") { Reason = nameof(RingState.Partial) });
        Assert.Equal((ConnectionStates.Degraded, true), (board.Snapshot().Connection.State, board.Snapshot().IsReady));
    }

    [Theory]
    [InlineData(ControllerKinds.Registration)]
    [InlineData(ControllerKinds.Role)]
    [InlineData(ControllerKinds.Configuration)]
    public void A_K2HR3_outage_leaves_a_connected_slave_connected_and_its_control_stale(ControllerKinds asking)
    {
        var board = Make();
        Settle(board);
        var connectedSince = board.Snapshot().Connection.Since;
        _time.Advance(TimeSpan.FromHours(1));
        var outage = _time.GetUtcNow();
        for (var poll = 0; poll < 5; poll++)
        {
            Report(board, asking, Away);
            Report(board, ControllerKinds.Connection, new Outcome.Unchanged("2/2"));
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        var status = Read();
        Assert.Equal((ConnectionStates.Connected, connectedSince, true), (status.Connection.State, status.Connection.Since, status.IsReady));
        Assert.Equal((ControlStates.Stale, Reasons.K2hr3Unreachable, outage), (status.Control.State, status.Control.Reason, status.Control.Since));
        Assert.Equal(ConditionStatus.True, status.Find(ConditionTypes.Connected)?.Status);

        Report(board, asking, Fine);
        status = Read();
        Assert.Equal((ConnectionStates.Connected, ControlStates.Current, _time.GetUtcNow()), (status.Connection.State, status.Control.State, status.Control.Since));
    }

    [Fact]
    public void A_lost_connection_leaves_the_control_current()
    {
        var board = Make();
        Settle(board);
        See(RingState.Unresponsive);
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("no answer") { Reason = nameof(RingState.Unresponsive) });
        Assert.Equal((ConnectionStates.Disconnected, ControlStates.Current), (board.Snapshot().Connection.State, board.Snapshot().Control.State));
    }

    [Fact]
    public void A_role_that_wants_no_connection_is_no_slaves_and_settled()
    {
        var board = Make();
        Settle(board);
        Report(board, ControllerKinds.Connection, new Outcome.NothingToDo("no connection is wanted") { Reason = Reasons.NotASlave, IsUnconfirmed = true });
        var status = board.Snapshot();
        Assert.Equal((ConnectionStates.NotASlave, Reasons.NotASlave, true, false), (status.Connection.State, status.Connection.Reason, status.IsUnconfirmed, status.IsReady));
        Assert.Equal(ConditionStatus.False, status.Find(ConditionTypes.Connected)?.Status);
        Assert.True(board.IsSettled);
    }

    [Fact]
    public void A_condition_keeps_its_time_while_status_and_reason_are_the_same_whatever_its_message_says()
    {
        var board = Make();
        var began = _time.GetUtcNow();
        Settle(board);
        _time.Advance(TimeSpan.FromHours(1));
        Report(board, ControllerKinds.Services, new Outcome.Unchanged("other units run"));
        Report(board, ControllerKinds.Packages, new Outcome.Unchanged("the same") { Reason = Reasons.DocumentedSet });
        Report(board, ControllerKinds.Configuration, Away);
        var later = _time.GetUtcNow();
        var status = Read();
        Assert.Equal(
            [(ConditionTypes.ServicesRunning, began), (ConditionTypes.PackagesInstalled, later), (ConditionTypes.ConfigurationCurrent, later), (ConditionTypes.Connected, began)],
            new[] { ConditionTypes.ServicesRunning, ConditionTypes.PackagesInstalled, ConditionTypes.ConfigurationCurrent, ConditionTypes.Connected }.Select(type => (type, status.Find(type)!.Since!.Value)));
    }

    [Fact]
    public void A_condition_tells_the_configuration_that_it_was_observed_with()
    {
        var board = Make();
        Settle(board);
        Assert.All(Read().Conditions, condition => Assert.Equal(7, condition.ObservedGeneration));
        _directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.With(["a", "b"], generation: 8));
        _file.Refresh();
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("for it"));
        var status = Read();
        Assert.Equal((8, 7), (status.Find(ConditionTypes.Connected)!.ObservedGeneration, status.Find(ConditionTypes.ServicesRunning)!.ObservedGeneration));
        File.Delete(_file.Path);
        _file.Refresh();
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("for a file"));
        Assert.Null(Read().Find(ConditionTypes.Connected)!.ObservedGeneration);
    }

    [Fact]
    public void Which_generation_is_written_loaded_and_was_connected_is_told()
    {
        var board = Make();
        Settle(board);
        Assert.Equal((7, 7, 7), (Read().Generation.Written, Read().Generation.Loaded, Read().Generation.Connected));
        _directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.With(["a", "b"], generation: 8));
        _file.Refresh();
        _ring.RestartNeeds = [new RestartNeed(RestartReason.GlobalChanged, "GROUP")];
        See(RingState.Loading);
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("for it"));
        Assert.Equal((8, 7, 7), (Read().Generation.Written, Read().Generation.Loaded, Read().Generation.Connected));
        Assert.Single(Read().Generation.RestartNeeds);
    }

    [Fact]
    public void The_last_error_is_the_last_new_one_keeps_its_time_and_stays_when_it_is_over()
    {
        var board = Make();
        Report(board, ControllerKinds.Packages, new Outcome.Failed("no packages") { Reason = Reasons.PackagesMissing });
        _time.Advance(TimeSpan.FromMinutes(1));
        var second = _time.GetUtcNow();
        for (var i = 0; i < 5; i++)
        {
            Report(board, ControllerKinds.Services, new Outcome.Failed("no services") { Reason = Reasons.UnitsFailing });
            Report(board, ControllerKinds.Packages, new Outcome.Failed("no packages") { Reason = Reasons.PackagesMissing });
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Settle(board);
        Assert.Equal((ConditionTypes.ServicesRunning, Reasons.UnitsFailing, second), Read().LastError is { } error ? (error.Type, error.Reason, error.At) : default);
    }

    [Fact]
    public void When_K2HR3_was_asked_and_answered_and_will_be_asked_is_told()
    {
        var board = Make();
        _contact = _contact with { AskedAt = _time.GetUtcNow(), AnsweredAt = _time.GetUtcNow() - TimeSpan.FromMinutes(1), Error = "no route to host" };
        board.Report(Find(ControllerKinds.Role), Fine, TimeSpan.FromHours(1));
        board.Report(Find(ControllerKinds.Configuration), Away, TimeSpan.FromSeconds(8));
        var k2hr3 = Read().K2hr3!;
        Assert.Equal(
            ("http://k2hr3.example", _contact.AskedAt, _contact.AnsweredAt, "no route to host", _time.GetUtcNow() + TimeSpan.FromSeconds(8)),
            (k2hr3.Address, k2hr3.LastAsked, k2hr3.LastAnswered, k2hr3.Error, k2hr3.NextAttempt));
    }

    [Fact]
    public void Answers_that_bring_nothing_new_are_written_down_every_five_minutes_and_the_last_one_with_what_follows()
    {
        var board = Make();
        Settle(board);
        var versions = new HashSet<FileVersion>();
        for (var poll = 0; poll <= 10; poll++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            _contact = _contact with { AnsweredAt = _time.GetUtcNow() };
            Report(board, ControllerKinds.Configuration, new Outcome.Unchanged("fine"));
            versions.Add(FileStatus.Of(Path)!.Version);
        }

        Assert.Equal(3, versions.Count);
        _time.Advance(TimeSpan.FromSeconds(30));
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("a server is down"));
        Assert.Equal(_contact.AnsweredAt, Read().K2hr3!.LastAnswered);
    }

    [Fact]
    public void What_only_repeats_itself_is_neither_logged_nor_written_nor_told()
    {
        var board = Make();
        Settle(board);
        var told = 0;
        board.Changed += _ => told++;
        var lines = _log.Lines.Count;
        var version = FileStatus.Of(Path)!.Version;
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Report(board, ControllerKinds.Connection, new Outcome.Unchanged("fine"));
            Report(board, ControllerKinds.Services, Fine);
        }

        Assert.Equal((lines, version, 0), (_log.Lines.Count, FileStatus.Of(Path)!.Version, told));
        Report(board, ControllerKinds.Services, new Outcome.Waiting("for it"));
        Assert.Equal(1, told);
    }

    [Fact]
    public void A_failure_is_logged_once_as_a_warning_and_once_more_when_it_is_over()
    {
        var board = Make();
        Settle(board);
        var before = _log.Seen.Count;
        for (var i = 0; i < 10; i++)
        {
            board.Report(Find(ControllerKinds.Services), new Outcome.Failed("it broke") { Reason = Reasons.UnitsFailing }, TimeSpan.FromSeconds(2.5));
        }

        Report(board, ControllerKinds.Services, Fine);
        Assert.Equal(["Warning", "Information"], Levels(_log.Seen.Skip(before)));

        // What is needed next: which condition, which reason, and when it is tried again.
        Assert.All([ConditionTypes.ServicesRunning, Reasons.UnitsFailing, "2.5"], data => Assert.Contains(data, _log.Seen[before], StringComparison.Ordinal));
    }

    [Fact]
    public void Other_messages_of_what_goes_on_well_are_for_who_debugs_except_those_on_the_connection()
    {
        var board = Make();
        Settle(board);
        var before = _log.Lines.Count;
        Report(board, ControllerKinds.Configuration, new Outcome.Unchanged("generation 2"));
        Report(board, ControllerKinds.Connection, new Outcome.Unchanged("2/3 servers connected"));
        Report(board, ControllerKinds.Services, new Outcome.Waiting("for it"));
        Report(board, ControllerKinds.Services, new Outcome.Unchanged("running"));
        Report(board, ControllerKinds.Configuration, new Outcome.Changed("generation 3"));
        Report(board, ControllerKinds.Configuration, new Outcome.Unchanged("generation 3 stays"));
        Report(board, ControllerKinds.OwnName, new Outcome.NothingToDo("it is as it should be"));
        Report(board, ControllerKinds.Ready, new Outcome.NothingToDo("no target"));
        Assert.Equal(["Debug", "Information", "Information", "Information", "Information", "Debug", "Debug", "Debug"], Levels(_log.Lines.Skip(before)));
    }

    [Fact]
    public void A_server_that_lost_its_connection_is_written_with_its_time_although_the_message_is_the_same()
    {
        var board = Make();
        Settle(board);
        var began = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromMinutes(1));
        _ring.Note(new RingView(7, [Server("a", true, true), Server("b", true, false)]));
        Report(board, ControllerKinds.Connection, new Outcome.Unchanged("fine"));
        var servers = Read().Servers;
        Assert.Equal((2, 2, 1), (servers.Listed, servers.Up, servers.Connected));
        Assert.Equal([("a", "connected", began), ("b", "up", _time.GetUtcNow())], servers.List.Select(server => (server.Name, server.State, server.Since!.Value)));
    }

    [Fact]
    public void The_connections_of_another_chmpx_are_new_ones()
    {
        var board = Make();
        Settle(board);
        _time.Advance(TimeSpan.FromMinutes(1));
        _ring.Note(new RingView(7, [Server("a", true, true), Server("b", true, true)]) { Process = new ChmpxProcess(2, 60) });
        Report(board, ControllerKinds.Connection, new Outcome.Unchanged("fine"));
        Assert.All(Read().Servers.List, server => Assert.Equal(_time.GetUtcNow(), server.Since));
    }

    [Fact]
    public void How_full_the_ring_is_stands_in_the_file_also_where_nothing_else_is_new()
    {
        var board = Make();
        Settle(board);
        Assert.Null(Read().Room);
        _ring.Room = new RingRoom(Servers: 3, Slaves: 201, Places: 256);
        var same = new Outcome.Unchanged("fine");
        Report(board, ControllerKinds.Connection, same);
        Assert.Equal(new RoomStatus(3, 201, 256, IsNearlyFull: false), Read().Room);
        _ring.Room = new RingRoom(Servers: 3, Slaves: 202, Places: 256);
        Report(board, ControllerKinds.Connection, same);
        Assert.Equal(new RoomStatus(3, 202, 256, IsNearlyFull: true), Read().Room);
    }

    [Fact]
    public void What_was_found_in_the_resource_stands_in_the_file_as_codes_and_of_a_refused_one_what_for()
    {
        var board = Make();
        Settle(board);
        Assert.Empty(Read().Findings);
        _ring.ResourceWarnings = [IniProblem.Note(IniCode.PortInAddress, 7, "-")];
        var same = new Outcome.Unchanged("fine");
        Report(board, ControllerKinds.Connection, same);
        Assert.Equal([new ResourceFinding("PortInAddress", "Note", 7)], Read().Findings);
        _ring.ResourceProblems = [IniProblem.Harms(IniCode.PortOutOfRange, 12, "-"), IniProblem.Ends(IniCode.KeyMissing, 0, "-")];
        Report(board, ControllerKinds.Connection, same);
        Assert.Equal([new ResourceFinding("PortOutOfRange", "Harms", 12), new ResourceFinding("KeyMissing", "Ends", 0)], Read().Findings);
    }

    [Fact]
    public void The_metrics_follow_the_status_and_are_otherwise_written_once_a_minute()
    {
        var board = Make();
        Settle(board);
        var began = _time.GetUtcNow();
        Assert.Equal(((UnixFileMode)0x1a4, 1.0), (File.GetUnixFileMode(MetricsPath), ReadMetrics()["k2hdkc_slave_connection", ("state", "connected")]));
        var versions = new HashSet<FileVersion>();
        for (var second = 0; second < 179; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Report(board, ControllerKinds.Connection, new Outcome.Unchanged("fine"));
            Report(board, ControllerKinds.Services, Fine);
            versions.Add(FileStatus.Of(MetricsPath)!.Version);
        }

        Assert.Equal(3, versions.Count);
        Assert.Equal((began + TimeSpan.FromSeconds(120)).ToUnixTimeSeconds(), ReadMetrics()["k2hdkc_slave_heartbeat_timestamp_seconds"]);
        See(RingState.Unresponsive);
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("for it"));
        Assert.Equal(1, ReadMetrics()["k2hdkc_slave_connection", ("state", "disconnected")]);
    }

    [Fact]
    public void Metrics_that_cannot_be_written_take_nothing_from_the_status()
    {
        Directory.CreateDirectory(MetricsPath);
        var board = Make();
        Settle(board);
        Assert.Equal(ConnectionStates.Connected, Read().Connection.State);
        var before = FileStatus.Of(Path)!.Version;
        Report(board, ControllerKinds.Connection, Fine);
        Assert.Equal(before, FileStatus.Of(Path)!.Version);
        Directory.Delete(MetricsPath);
        Report(board, ControllerKinds.Connection, Fine);
        Assert.Equal(1, ReadMetrics()["k2hdkc_slave_connection", ("state", "connected")]);
    }

    [Fact]
    public void The_file_can_be_read_by_all_and_is_whole()
    {
        Settle(Make());
        Assert.Equal((UnixFileMode)0x1a4, File.GetUnixFileMode(Path));
        Assert.Equal(("yrn:yahoo:::t:role:c/slave", Environment.ProcessId), (Read().Role, Read().Pid));
    }

    [Fact]
    public void Beside_a_running_daemon_the_file_is_left_alone()
    {
        var board = Make(keepsFile: false);
        Settle(board);
        _time.Advance(TimeSpan.FromMinutes(2));
        Settle(board);
        Assert.Equal((false, false), (File.Exists(Path), File.Exists(MetricsPath)));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_no_matter_and_is_written_when_it_can()
    {
        _directory.Put("run", "in the way");
        var board = Make();
        Settle(board);
        Assert.Equal(ConnectionStates.Connected, board.Snapshot().Connection.State);
        Assert.Contains(_log.Lines, line => line.StartsWith("Debug ", StringComparison.Ordinal) && line.Contains(Path, StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Seen, line => line.StartsWith("Warning ", StringComparison.Ordinal));
        File.Delete(_directory.At("run"));
        Report(board, ControllerKinds.Connection, Fine);
        Assert.Equal(ConnectionStates.Connected, Read().Connection.State);
    }

    [Fact]
    public void A_generation_that_lost_connections_is_a_condition_while_it_has()
    {
        var board = Make();
        Settle(board);
        _ring.Regression = new Regression(7, 6, ["a"]);
        Report(board, ControllerKinds.Connection, Fine);
        var condition = Read().Find(ConditionTypes.Regressed)!;
        Assert.Equal((ConditionStatus.True, Reasons.ConnectionsLost, 7), (condition.Status, condition.Reason, condition.ObservedGeneration));
        Assert.Single(_log.Seen, line => line.Contains(Reasons.ConnectionsLost, StringComparison.Ordinal));

        // Which of the servers they are is no other matter.
        _time.Advance(TimeSpan.FromMinutes(1));
        _ring.Regression = new Regression(7, 6, ["a", "b"]);
        Report(board, ControllerKinds.Connection, Fine);
        Assert.Equal(condition.Since, Read().Find(ConditionTypes.Regressed)!.Since);
        _ring.Regression = null;
        Report(board, ControllerKinds.Connection, Fine);
        Assert.Null(Read().Find(ConditionTypes.Regressed));
    }

    [Fact]
    public void Until_K2HR3_was_asked_everything_its_control_is_stale()
    {
        var board = Make();
        Report(board, ControllerKinds.Registration, new Outcome.Changed("registered"));
        Assert.Equal((ControlStates.Stale, Reasons.NotObserved), (board.Snapshot().Control.State, board.Snapshot().Control.Reason));
    }

    [Fact]
    public void A_bootstrap_that_leaves_the_connection_to_the_daemon_knows_nothing_of_it()
    {
        IController[] some = [Find(ControllerKinds.Registration), Find(ControllerKinds.Services)];
        var board = new StatusBoard(some, _file, _ring, () => _contact, null, _directory.Root, keepsFile: true, _time, _log.Logger);
        Report(board, ControllerKinds.Services, Fine);
        Assert.False(board.HaveAllRun);
        Report(board, ControllerKinds.Registration, Fine);
        Assert.Equal((true, true), (board.HaveAllRun, board.IsSettled));
        Assert.Equal((ConnectionStates.Disconnected, Reasons.NotObserved), (board.Snapshot().Connection.State, board.Snapshot().Connection.Reason));
        Assert.Equal(2, board.Snapshot().Conditions.Count);
    }

    [Fact]
    public void Who_waits_for_the_host_is_told_of_the_first_controller_that_is_open_and_not_of_those_that_nobody_waits_for()
    {
        var board = Make();
        Settle(board);
        Report(board, ControllerKinds.OwnName, new Outcome.Failed("refused") { Reason = Reasons.OwnNameRefused });
        Report(board, ControllerKinds.Ready, new Outcome.Waiting("for it"));
        Assert.True(board.IsSettled);
        Assert.Null(board.FirstOpen);
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("for the ring"));
        Report(board, ControllerKinds.Packages, new Outcome.Failed("no packages"));
        Assert.False(board.IsSettled);
        Assert.Equal(ControllerKinds.Packages, board.FirstOpen?.Controller.Kind);
    }

    [Fact]
    public void What_needs_a_person_stops_who_waits_except_a_wrong_name_while_something_else_goes_on()
    {
        var board = Make();
        Settle(board);
        Report(board, ControllerKinds.Packages, new Outcome.Failed("off", Consequence.NeedsPerson) { Reason = Reasons.InstallOff });
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("for the ring"));
        Assert.True(board.IsStuck);
        Report(board, ControllerKinds.Packages, new Outcome.Failed("names", Consequence.NeedsPerson) { Reason = Reasons.InvalidName });
        Assert.False(board.IsStuck);
        Report(board, ControllerKinds.Connection, Fine);
        Assert.True(board.IsStuck);
        Report(board, ControllerKinds.Packages, new Outcome.Failed("away"));
        Assert.False(board.IsStuck);
    }

    [Fact]
    public void What_rests_on_too_few_answers_is_told()
    {
        var board = Make();
        Settle(board);
        Assert.Equal((true, false), (board.IsConfirmed, Read().IsUnconfirmed));
        Report(board, ControllerKinds.Role, Fine with { IsUnconfirmed = true });
        Assert.Equal((false, true), (board.IsConfirmed, Read().IsUnconfirmed));
    }

    [Fact]
    public void Conditions_stand_in_the_file_as_true_and_false_and_their_messages_as_people_write()
    {
        var board = Make();
        Report(board, ControllerKinds.Registration, new Outcome.NothingToDo("it is known by its address"));
        Report(board, ControllerKinds.Role, new Outcome.Unchanged("as K2HR3 says"));
        Report(board, ControllerKinds.Configuration, new Outcome.Changed("generation 1"));
        Report(board, ControllerKinds.Packages, new Outcome.Waiting("for it"));
        Report(board, ControllerKinds.Connection, new Outcome.Failed("it isn't > there"));
        using var text = JsonDocument.Parse(File.ReadAllText(Path));
        Assert.Equal(
            ["True", "True", "True", "False", "Unknown", "Unknown", "False", "Unknown", "Unknown"],
            text.RootElement.GetProperty("conditions").EnumerateArray().Select(condition => condition.GetProperty("status").GetString()));
        Assert.Contains("it isn't > there", File.ReadAllText(Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Servers_of_the_list_and_of_the_ring_stand_side_by_side()
    {
        var ini = IniReader.Read(SampleIni.With(["a", "b", "c", "d"]));
        var view = new RingView(1, [Server("e", true, true), Server("c", false, false), Server("b", true, false), Server("a", true, true)]);
        Assert.Equal(
            ["a connected", "b up", "c down", "d absent", "e unlisted"],
            ServerList.Of(ini, view).Select(s => $"{s.Name} {s.State}"));
        Assert.Equal(["absent", "absent", "absent", "absent"], ServerList.Of(ini, null).Select(s => s.State));
        Assert.Empty(ServerList.Of(null, null));
    }

    private static IEnumerable<string> Levels(IEnumerable<string> lines) => lines.Select(line => line[..line.IndexOf(' ', StringComparison.Ordinal)]);

    private static RingServer Server(string name, bool up, bool connected) => new(new NodeKey($"cuk-{name}", 8021), name, up, up, connected);

    private void See(RingState state, RingCoverage coverage = RingCoverage.None)
    {
        _ring.Note(state == RingState.Unresponsive ? null : new RingView(7, [Server("a", true, state == RingState.Connected), Server("b", true, state == RingState.Connected)]));
        _ring.Verdict = new RingVerdict(state, state.ToString()) { Coverage = coverage };
    }

    private StatusBoard Make(bool keepsFile = true) => new(
        _controllers, _file, _ring, () => _contact, "yrn:yahoo:::t:role:c/slave", _directory.Root, keepsFile, _time, _log.Logger);

    private void Settle(StatusBoard board)
    {
        foreach (var controller in _controllers)
        {
            board.Report(controller, Fine, TimeSpan.FromSeconds(1));
        }
    }

    private void Report(StatusBoard board, ControllerKinds kind, Outcome outcome) => board.Report(Find(kind), outcome, TimeSpan.FromSeconds(1));

    private FakeController Find(ControllerKinds kind) => _controllers.Single(controller => controller.Kind == kind);

    private PrometheusText ReadMetrics() => PrometheusText.Parse(File.ReadAllText(MetricsPath));

    private AgentStatus Read() => StatusJson.TryRead(File.ReadAllText(Path))!;
}
