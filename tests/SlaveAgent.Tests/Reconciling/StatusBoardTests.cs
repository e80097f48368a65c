using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class StatusBoardTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ListLog _log = new();
    private readonly RingMemory _ring = new();
    private readonly IReadOnlyList<FakeController> _steps = FakeController.Pipeline();

    private string Path => _directory.At(AgentPaths.StatusFile);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void At_first_nothing_is_settled_and_all_is_still_to_run()
    {
        var board = Make();
        Assert.False(board.IsSettled);
        Assert.False(board.HaveAllRun);
        Assert.False(board.NeedsPerson);
        Assert.Null(board.FirstOpen);
        Assert.Equal("starting", board.Message);
        Assert.Equal("starting", board.Snapshot().Phase);
        Assert.All(board.Snapshot().Steps, step => Assert.Equal(("not run yet", string.Empty), (step.State, step.Message)));
    }

    [Fact]
    public void When_every_step_is_settled_it_is_connected()
    {
        var board = Make();
        Settle(board);
        Assert.True(board.IsSettled);
        Assert.Equal("3/3 servers connected", board.Message);
        Assert.Equal("connected", Read().GetProperty("phase").GetString());
    }

    [Theory]
    [InlineData(ControllerKinds.Registration, "registering")]
    [InlineData(ControllerKinds.Packages, "installing")]
    [InlineData(ControllerKinds.Configuration, "configuring")]
    [InlineData(ControllerKinds.Services, "starting services")]
    [InlineData(ControllerKinds.Connection, "connecting")]
    public void The_phase_is_that_of_the_first_step_that_is_open(ControllerKinds open, string phase)
    {
        var board = Make();
        Settle(board);
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("for the ring"));
        Report(board, open, new Outcome.Failed("it broke"));
        Assert.Equal(phase, board.Snapshot().Phase);
        Assert.Equal($"{open}: it broke", board.Message);
        Assert.False(board.IsSettled);
    }

    [Fact]
    public void What_needs_a_person_and_a_K2HR3_that_is_away_are_phases_of_their_own()
    {
        var board = Make();
        Settle(board);
        Report(board, ControllerKinds.Packages, new Outcome.Failed("names", Consequence.NeedsPerson));
        Assert.Equal("stalled", board.Snapshot().Phase);
        Assert.True(board.NeedsPerson);
        Report(board, ControllerKinds.Packages, new Outcome.Failed("away", Consequence.K2hr3Away));
        Assert.Equal("waiting for K2HR3", board.Snapshot().Phase);
        Assert.False(board.NeedsPerson);
    }

    [Fact]
    public void A_role_that_wants_no_connection_is_idle()
    {
        var board = Make();
        Settle(board);
        Report(board, ControllerKinds.Connection, new Outcome.NothingToDo("no connection is wanted"));
        Assert.Equal("idle", board.Snapshot().Phase);
        Assert.True(board.IsSettled);
    }

    [Fact]
    public void A_phase_and_an_outcome_keep_the_time_since_when_they_last()
    {
        var board = Make();
        Settle(board);
        var began = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromHours(1));
        Settle(board);
        var status = board.Snapshot();
        Assert.Equal(began, status.Since);
        Assert.All(status.Steps, step => Assert.Equal(began, step.Since));
        Assert.Equal(_time.GetUtcNow(), status.LastAnswer);
    }

    [Fact]
    public void A_failure_that_repeats_itself_keeps_its_time_also_beside_another()
    {
        var board = Make();
        var first = _time.GetUtcNow();
        Report(board, ControllerKinds.Packages, new Outcome.Failed("no packages"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Report(board, ControllerKinds.Services, new Outcome.Failed("no services"));
        var second = _time.GetUtcNow();
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            Report(board, i % 2 == 0 ? ControllerKinds.Packages : ControllerKinds.Services, new Outcome.Failed(i % 2 == 0 ? "no packages" : "no services"));
            var error = board.Snapshot().LastError!;
            Assert.Equal(error.Message == "no packages" ? first : second, error.At);
        }
    }

    [Fact]
    public void The_last_error_stays_when_it_is_over()
    {
        var board = Make();
        Report(board, ControllerKinds.Services, new Outcome.Failed("it broke"));
        Settle(board);
        Assert.Equal("it broke", board.Snapshot().LastError?.Message);
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
            Report(board, ControllerKinds.Configuration, new Outcome.Unchanged("the same"));
            versions.Add(FileStatus.Of(Path)!.Version);
        }

        Assert.Equal(3, versions.Count);
        var last = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(30));
        Report(board, ControllerKinds.Connection, new Outcome.Waiting("a server is down"));
        Assert.Equal(last, StatusJson.Read(File.ReadAllText(Path))!.LastAnswer);
    }

    [Fact]
    public void What_only_repeats_itself_is_neither_logged_nor_written()
    {
        var board = Make();
        Settle(board);
        Settle(board);
        var lines = _log.Lines.Count;
        var version = FileStatus.Of(Path)!.Version;
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Report(board, ControllerKinds.Connection, new Outcome.Unchanged("3/3 servers connected"));
        }

        Assert.Equal(lines, _log.Lines.Count);
        Assert.Equal(version, FileStatus.Of(Path)!.Version);
    }

    [Fact]
    public void A_failure_is_logged_once_with_its_next_try_and_once_more_when_it_is_over()
    {
        var board = Make();
        Settle(board);
        var before = _log.Seen.Count;
        for (var i = 0; i < 10; i++)
        {
            board.Report(Step(ControllerKinds.Connection), new Outcome.Failed("it broke"), TimeSpan.FromSeconds(2.5));
        }

        Report(board, ControllerKinds.Connection, new Outcome.Unchanged("3/3 servers connected"));
        Assert.Equal(2, _log.Seen.Count - before);
        Assert.StartsWith("Warning \"VerifyConnection\": \"it broke\"; tried again in 2.5 s", _log.Seen[before], StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_lost_its_connection_is_written_although_the_words_are_the_same()
    {
        var board = Make();
        Settle(board);
        _ring.Note(new RingView(1, [new RingServer(new NodeKey("a", 1), "a", true, true, true)]));
        Report(board, ControllerKinds.Connection, new Outcome.Unchanged("3/3 servers connected"));
        Assert.Equal("a", Assert.Single(Read().GetProperty("servers").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public void The_file_can_be_read_by_all_and_is_whole()
    {
        Settle(Make());
        Assert.Equal((UnixFileMode)0x1a4, File.GetUnixFileMode(Path));
        Assert.Equal("yrn:yahoo:::t:role:c/slave", Read().GetProperty("role").GetString());
        Assert.Equal(Environment.ProcessId, Read().GetProperty("pid").GetInt32());
    }

    [Fact]
    public void Beside_a_running_daemon_the_file_is_left_alone()
    {
        Settle(Make(keepsFile: false));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_no_matter_and_is_written_when_it_can()
    {
        _directory.Put("run", "in the way");
        var board = Make();
        Settle(board);
        Assert.Equal("connected", board.Snapshot().Phase);
        Assert.Contains(_log.Lines, line => line.StartsWith("Debug The status file could not be written: ", StringComparison.Ordinal));
        File.Delete(_directory.At("run"));
        Report(board, ControllerKinds.Connection, new Outcome.Unchanged("3/3 servers connected"));
        Assert.True(File.Exists(Path));
    }

    [Fact]
    public void A_host_that_was_unregistered_rests_and_says_so_once()
    {
        var board = Make();
        Settle(board);
        var before = _log.Seen.Count;
        for (var i = 0; i < 5; i++)
        {
            board.Rest();
        }

        Assert.Equal(1, _log.Seen.Count - before);
        Assert.Equal("Information This host was unregistered; the agent rests until bootstrap takes it into its role again ", _log.Seen[^1]);
        Assert.Equal("unregistered", Read().GetProperty("phase").GetString());
        Assert.Equal("unregistered; bootstrap takes this host into its role again", board.Message);
    }

    [Fact]
    public void Until_every_step_has_run_it_is_starting()
    {
        var board = Make();
        Report(board, ControllerKinds.Registration, new Outcome.Changed("registered"));
        Assert.Equal(("starting", "starting"), (board.Snapshot().Phase, board.Message));
    }

    [Fact]
    public void A_bootstrap_that_leaves_the_connection_to_the_daemon_ends_installed_with_its_last_words()
    {
        var step = Step(ControllerKinds.Services);
        var board = new StatusBoard(
            [step], new ConfigurationFile(_directory.Root, "/x.ini", UnixFileMode.UserRead, 1, _time), _ring, null, _directory.Root, true, _time, _log.Logger);
        Report(board, ControllerKinds.Services, new Outcome.Unchanged("chmpx.service running"));
        Assert.Equal(("installed", "chmpx.service running"), (board.Snapshot().Phase, board.Message));
    }

    [Fact]
    public void Other_words_of_what_goes_on_well_are_for_who_looks_closely_except_those_on_the_connection()
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
        Assert.Equal(
            [
                "Debug \"WriteConfiguration\": \"generation 2\" ", "Information \"VerifyConnection\": \"2/3 servers connected\" ", "Information \"StartServices\": \"for it\" ",
                "Information \"StartServices\": \"running\" ", "Information \"WriteConfiguration\": \"generation 3\" ", "Debug \"WriteConfiguration\": \"generation 3 stays\" ",
            ],
            _log.Lines.Skip(before));
    }

    [Fact]
    public void What_a_step_said_last_stands_in_the_file_in_one_word_and_as_people_write()
    {
        var board = Make();
        Report(board, ControllerKinds.Registration, new Outcome.NothingToDo("it is known by its address"));
        Report(board, ControllerKinds.Packages, new Outcome.Changed("installed it"));
        Report(board, ControllerKinds.Configuration, new Outcome.Unchanged("as K2HR3 says"));
        Report(board, ControllerKinds.Services, new Outcome.Waiting("for it"));
        Report(board, ControllerKinds.Connection, new Outcome.Failed("it isn't > there"));
        Assert.Equal(["nothing to do", "changed", "unchanged", "waiting", "failed"], Read().GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("state").GetString()));
        Assert.Contains("it isn't > there", File.ReadAllText(Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Servers_of_the_list_and_of_the_ring_stand_side_by_side()
    {
        var ini = IniReader.Read(SampleIni.With(["a", "b", "c", "d"]));
        RingServer Server(string name, bool up, bool connected) => new(new NodeKey($"cuk-{name}", 8021), name, up, up, connected);
        var view = new RingView(1, [Server("e", true, true), Server("c", false, false), Server("b", true, false), Server("a", true, true)]);
        Assert.Equal(
            ["a connected", "b up", "c down", "d absent", "e unlisted"],
            ServerList.Of(ini, view).Select(s => $"{s.Name} {s.State}"));
        Assert.Equal(["absent", "absent", "absent", "absent"], ServerList.Of(ini, null).Select(s => s.State));
        Assert.Empty(ServerList.Of(null, null));
    }

    private StatusBoard Make(bool keepsFile = true) => new(
        _steps,
        new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead, 1, _time),
        _ring, "yrn:yahoo:::t:role:c/slave", _directory.Root, keepsFile, _time, _log.Logger);

    private void Settle(StatusBoard board)
    {
        foreach (var step in _steps)
        {
            board.Report(step, new Outcome.Unchanged(step.Kind == ControllerKinds.Connection ? "3/3 servers connected" : "fine"), TimeSpan.FromSeconds(1));
        }
    }

    private void Report(StatusBoard board, ControllerKinds step, Outcome outcome) => board.Report(Step(step), outcome, TimeSpan.FromSeconds(1));

    private FakeController Step(ControllerKinds kind) => _steps.Single(step => step.Kind == kind);

    private JsonElement Read() => JsonDocument.Parse(File.ReadAllText(Path)).RootElement;
}
