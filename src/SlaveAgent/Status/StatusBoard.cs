using System.Collections.Immutable;
using Serilog;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;

namespace SlaveAgent.Status;

/// <summary>
/// Turns outcomes into conditions, and says what changed: to the log, to the status file, and in one line to systemd. What only repeats itself is neither
/// logged nor written.
/// </summary>
/// <param name="contact">When K2HR3 was asked and answered.</param>
/// <param name="keepsFile">Off beside a running daemon, whose status file it is.</param>
/// <param name="hooks">The last run of the hooks.</param>
public sealed class StatusBoard(
    IReadOnlyList<IController> controllers, ConfigurationFile file, RingMemory ring, Func<K2hr3Contact> contact, string? role, HostRoot root, bool keepsFile, TimeProvider time, ILogger log,
    Func<HookStatus?>? hooks = null)
    : IOutcomeListener
{
    /// <summary>How long the file may keep older times of K2HR3's, while it answers and nothing else is new: to write it costs a third of a poll.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(5);

    /// <summary>How old the metrics may become while nothing is new: their times are what tells an agent at work from a dead one. Beyond that a quiet second writes nothing.</summary>
    private static readonly TimeSpan MetricsFreshness = TimeSpan.FromSeconds(60);

    private readonly Dictionary<ControllerKinds, (Outcome Outcome, Condition Condition)> _known = [];
    private readonly Dictionary<ControllerKinds, DateTimeOffset> _next = [];
    private Dictionary<NodeKey, ServerStatus> _servers = [];
    private ChmpxProcess _serversOf;
    private ErrorStatus? _lastError;
    private Fact _connection = new(ConnectionStates.Disconnected, Reasons.NotObserved, "the agent is starting", time.GetUtcNow());
    private Fact _control = new(ControlStates.Stale, Reasons.NotObserved, "K2HR3 was not asked yet", time.GetUtcNow());
    private int? _connectedGeneration;
    private RingView? _publishedView;
    private SocketReport _publishedSockets = SocketReport.Empty;
    private IniDocument? _publishedFile;
    private RingRoom? _publishedRoom;
    private (ImmutableArray<IniProblem> Problems, ImmutableArray<IniProblem> Warnings) _publishedFindings = ([], []);
    private bool _isPublished;
    private Condition? _settings;
    private Hold? _hold;
    private Regression? _regression;
    private Condition? _regressed;
    private long _publishedAt;
    private (string State, bool IsObserved, int? Connected, int? Written) _told;
    private bool _hasMetrics;
    private long _metricsAt;

    /// <summary>Raised for each condition that became another one.</summary>
    public event Action<Condition>? Changed;

    /// <summary>Raised when the connection's state is another one, or the generation in place or connected; from then on <see cref="Snapshot"/> says so.</summary>
    public event Action? ConnectionChanged;

    /// <summary>One line for <c>systemctl status</c>.</summary>
    public string Message { get; private set; } = "starting";

    /// <summary>Every controller that bootstrap waits for has run, and none has anything left to do.</summary>
    public bool IsSettled => controllers.Where(IsAwaited).All(controller => _known.TryGetValue(controller.Kind, out var known) && known.Outcome.IsSettled);

    /// <summary>Nothing that was observed is based on what K2HR3 has not said for long enough.</summary>
    public bool IsConfirmed => !_known.Values.Any(known => known.Outcome.IsUnconfirmed);

    /// <summary>Something failed in a way that trying again alone will not repair, and either holds up the others or is all that is left.</summary>
    public bool IsStuck => _known.Values.Any(known => IsForPerson(known.Outcome) && (known.Outcome.Reason != Reasons.InvalidName || IsAllElseSettled));

    private bool IsAllElseSettled => controllers.Where(IsAwaited).All(controller => OutcomeOf(controller.Kind) is { } outcome && (outcome.IsSettled || IsForPerson(outcome)));

    public bool HaveAllRun => controllers.All(controller => _known.ContainsKey(controller.Kind));

    /// <summary>The first controller that is not settled, with what it said; null when all are.</summary>
    public (IController Controller, Outcome Outcome)? FirstOpen => controllers
        .Where(controller => IsAwaited(controller) && _known.TryGetValue(controller.Kind, out var known) && !known.Outcome.IsSettled)
        .Select(controller => ((IController, Outcome)?)(controller, _known[controller.Kind].Outcome))
        .FirstOrDefault();

    public Outcome? OutcomeOf(ControllerKinds controller) => _known.TryGetValue(controller, out var known) ? known.Outcome : null;

    /// <param name="again">When the controller runs next.</param>
    public void Report(IController controller, Outcome outcome, TimeSpan again)
    {
        var isNews = !_known.TryGetValue(controller.Kind, out var before) || (!ReferenceEquals(before.Outcome, outcome) && IsOther(before.Outcome, outcome));
        if (controller.AsksK2hr3)
        {
            _next[controller.Kind] = time.GetUtcNow() + again;
        }

        if (isNews || outcome is Outcome.Changed)
        {
            Log(controller, outcome, before.Outcome, again);
        }

        if (isNews)
        {
            Note(controller, outcome, before.Condition);
        }

        if (NoteRegression() || isNews || !ReferenceEquals(ring.View, _publishedView) || !ring.Sockets.HasSameConnections(_publishedSockets) || !ReferenceEquals(file.Current, _publishedFile) || ring.Room != _publishedRoom || (ring.ResourceProblems, ring.ResourceWarnings) != _publishedFindings || !_isPublished
            || (controller.AsksK2hr3 && time.GetElapsedTime(_publishedAt) >= Freshness))
        {
            Publish();
        }
        else if (keepsFile && (!_hasMetrics || time.GetElapsedTime(_metricsAt) >= MetricsFreshness))
        {
            WriteMetrics(Snapshot());
        }
    }

    /// <summary>Takes note of whether the settings' files are in force.</summary>
    /// <param name="problem">Why they are not; null when they are.</param>
    public void NoteSettings(string? problem)
    {
        if (_settings?.Message != problem)
        {
            _settings = problem is null ? null : new Condition(ConditionTypes.SettingsValid, ConditionStatus.False, Reasons.SettingsRefused, problem, time.GetUtcNow(), null);
            Publish();
        }
    }

    /// <summary>Takes note of what a person said is to be left alone.</summary>
    /// <returns>Whether that is something else than before.</returns>
    public bool NoteHold(Hold? hold)
    {
        if (_hold == hold)
        {
            return false;
        }

        _hold = hold;
        log.Warning("{Hold}", hold is null ? "Nothing is held any more; the agent goes on with all of its work" : Progress.Sentence(hold.ToString()));
        Publish();
        return true;
    }

    public AgentStatus Snapshot()
    {
        var k2hr3 = contact();
        return new AgentStatus
        {
            Pid = Environment.ProcessId,
            Role = role,
            Connection = _connection,
            Control = _control,
            Hold = _hold is { } hold ? HoldStatus.Of(hold) : null,
            IsReady = OutcomeOf(ControllerKinds.Connection) is Outcome.Unchanged or Outcome.Changed,
            IsUnconfirmed = !IsConfirmed,
            Servers = ServersStatus.Of(Servers()),
            Room = ring.Room is { } room ? new RoomStatus(room.Servers, room.Slaves, room.Places, room.IsNearlyFull) : null,
            Generation = new GenerationStatus(file.Path, file.Current?.FileVersion, ring.View?.Revision, _connectedGeneration, [.. ring.RestartNeeds.Select(need => need.ToString())]),
            K2hr3 = new K2hr3Status(k2hr3.Address, k2hr3.AskedAt, k2hr3.AnsweredAt, k2hr3.Error, _next.Count == 0 ? null : _next.Values.Min()),
            Chmpx = ring.Unit is { } unit ? new ChmpxStatus(unit.Name, unit.Active.ToString().ToLowerInvariant(), unit.Exit?.ToString(), unit.Restarts, ring.UnitLastLines) : null,
            ChmpxRestarts = ring.Restarts,
            Hooks = hooks?.Invoke(),
            Warnings = [.. ring.ResourceWarnings.Take(RingMemory.MostWarnings).Select(warning => warning.ToString())],
            Findings = ResourceFinding.Of(ring),
            Conditions = [.. controllers.OrderBy(controller => controller.Kind).Select(controller => _known.TryGetValue(controller.Kind, out var known)
                ? known.Condition
                : new Condition(TypeOf(controller.Kind), ConditionStatus.Unknown, Reasons.NotObserved, string.Empty, null, null)).Concat(new[] { _regressed, _settings }.OfType<Condition>())],
            LastError = _lastError,
        };
    }

    private static bool IsForPerson(Outcome outcome) => outcome is Outcome.Failed { Consequence: Consequence.NeedsPerson };

    private static bool IsAwaited(IController controller) => controller.Kind is not (ControllerKinds.Ready or ControllerKinds.OwnName or ControllerKinds.Hooks);

    private static bool IsOther(Outcome before, Outcome now) =>
        before.GetType() != now.GetType() || before.Reason != now.Reason || before.Message != now.Message || before.IsUnconfirmed != now.IsUnconfirmed;

    private void Note(IController controller, Outcome outcome, Condition? before)
    {
        var now = time.GetUtcNow();
        var status = StatusOf(controller.Kind, outcome);
        var since = before is not null && before.Status == status && before.Reason == outcome.Reason ? before.Since : now;
        var condition = new Condition(TypeOf(controller.Kind), status, outcome.Reason, outcome.Message, since, file.Current?.FileVersion);
        _known[controller.Kind] = (outcome, condition);
        if (outcome is Outcome.Failed)
        {
            _lastError = new ErrorStatus(condition.Type, outcome.Reason, outcome.Message, now);
        }

        Changed?.Invoke(condition);
    }

    /// <returns>Whether it is another one than before.</returns>
    private bool NoteRegression()
    {
        if (ReferenceEquals(ring.Regression, _regression))
        {
            return false;
        }

        if (ring.Regression is { } regression)
        {
            var since = _regression?.Generation == regression.Generation ? _regressed!.Since : time.GetUtcNow();
            _regressed = new Condition(ConditionTypes.Regressed, ConditionStatus.True, Reasons.ConnectionsLost, regression.Message, since, regression.Generation);
            log.Warning("{Condition}: {Message} ({Reason})", _regressed.Type, _regressed.Message, _regressed.Reason);
        }
        else
        {
            log.Information("{Condition}: this is over ({Reason})", ConditionTypes.Regressed, Reasons.AsDesired);
            _regressed = null;
        }

        _regression = ring.Regression;
        return true;
    }

    private void Publish()
    {
        var now = time.GetUtcNow();
        if (OutcomeOf(ControllerKinds.Connection) is Outcome.Unchanged or Outcome.Changed && ring.View is { } view)
        {
            _connectedGeneration = view.Revision;
        }

        var connection = Connection();
        _connection = connection with { Since = connection.State == _connection.State ? _connection.Since : now };
        var control = Control();
        _control = control with { Since = control.State == _control.State ? _control.Since : now };
        Message = _control.State == ControlStates.Current ? $"{_connection.State}: {_connection.Message}" : $"{_connection.State}: {_connection.Message}; {_control.State}: {_control.Message}";
        Write();
        var told = (_connection.State, _connection.Reason != Reasons.NotObserved, _connectedGeneration, file.Current?.FileVersion);
        if (told != _told)
        {
            _told = told;
            ConnectionChanged?.Invoke();
        }
    }

    private Fact Connection()
    {
        if (OutcomeOf(ControllerKinds.Connection) is not { } outcome)
        {
            // A bootstrap that leaves the connection to the daemon.
            return new Fact(ConnectionStates.Disconnected, Reasons.NotObserved, FirstOpen is { } open ? $"{open.Controller.Name}, {open.Outcome.Message}" : "the connection was not observed yet", null);
        }

        var state = outcome is Outcome.NothingToDo ? ConnectionStates.NotASlave
            : file.Current is null || ring.Verdict is null ? ConnectionStates.Disconnected
            : (ring.Verdict.State, ring.Verdict.Coverage) switch
            {
                // chmpx keeps its connections while it loads a generation, or fails to.
                (RingState.Connected, _) or (RingState.Loading, RingCoverage.All) => ConnectionStates.Connected,
                (RingState.Partial or RingState.Connecting, _) or (RingState.Loading, RingCoverage.Some) => ConnectionStates.Degraded,
                _ => ConnectionStates.Disconnected,
            };
        return new Fact(state, outcome.Reason, state == ConnectionStates.Disconnected && WhyNot() is { } why ? $"{outcome.Message}; {why}" : outcome.Message, null);
    }

    /// <summary>What keeps chmpx from being connected, where another condition tells; null where none does.</summary>
    private string? WhyNot()
    {
        foreach (var kind in new[] { ControllerKinds.OwnName, ControllerKinds.Services, ControllerKinds.Packages })
        {
            if (OutcomeOf(kind) is Outcome.Failed failed && (kind == ControllerKinds.OwnName || ring.View is null))
            {
                return failed.Message;
            }
        }

        return file.Current is null && OutcomeOf(ControllerKinds.Configuration) is { IsSettled: false } open ? open.Message : null;
    }

    private Fact Control()
    {
        if (_hold is { } hold)
        {
            return new Fact(ControlStates.Paused, hold.Reason, hold.ToString(), null);
        }

        foreach (var controller in controllers.Where(controller => controller.AsksK2hr3))
        {
            if (OutcomeOf(controller.Kind) is not { } outcome)
            {
                return new Fact(ControlStates.Stale, Reasons.NotObserved, "K2HR3 was not asked everything yet", null);
            }

            if (!outcome.IsSettled)
            {
                return new Fact(ControlStates.Stale, outcome.Reason, outcome.Message, null);
            }
        }

        return new Fact(ControlStates.Current, Reasons.AsDesired, "what K2HR3 says is in force", null);
    }

    /// <summary>The servers as they are, each with since when its state has been the same; of those that are gone nothing is kept.</summary>
    private List<ServerStatus> Servers()
    {
        var now = time.GetUtcNow();
        if (ring.View is { } view && view.Process != _serversOf)
        {
            // The connections of another process are other connections.
            _servers = [];
            _serversOf = view.Process;
        }

        var servers = ServerList.Of(file.Current, ring.View, ring.Sockets)
            .Select(server => server with { Since = _servers.GetValueOrDefault(KeyOf(server)) is { } before && IsSame(before, server) ? before.Since : now })
            .ToList();
        _servers = servers.DistinctBy(KeyOf).ToDictionary(KeyOf);
        return servers;
    }

    private static bool IsSame(ServerStatus before, ServerStatus now) => before.State == now.State && (before.Connection?.Local ?? now.Connection?.Local) == (now.Connection?.Local ?? before.Connection?.Local);

    private static NodeKey KeyOf(ServerStatus server) => new(server.Cuk, server.ControlPort, server.Name);

    private void Write()
    {
        _publishedView = ring.View;
        _publishedSockets = ring.Sockets;
        _publishedFile = file.Current;
        _publishedRoom = ring.Room;
        _publishedFindings = (ring.ResourceProblems, ring.ResourceWarnings);
        _publishedAt = time.GetTimestamp();
        if (!keepsFile)
        {
            return;
        }

        var status = Snapshot();
        _isPublished = TryWrite(root.Agent.StatusFile, () => StatusFile.Write(root, status));
        WriteMetrics(status);
    }

    private void WriteMetrics(AgentStatus status)
    {
        _metricsAt = time.GetTimestamp();
        _hasMetrics = TryWrite(root.Agent.MetricsFile, () => MetricsFile.Write(root, status, time.GetUtcNow()));
    }

    private bool TryWrite(string path, Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Debug("The status could not be written to {Path}: {Why}", path, e.Message);
            return false;
        }
    }

    private void Log(IController controller, Outcome outcome, Outcome? before, TimeSpan again)
    {
        var type = TypeOf(controller.Kind);
        switch (outcome)
        {
            // Neither is repaired by a next attempt: hooks that failed are run again at the next change.
            case Outcome.Waiting { Reason: Reasons.ChmpxRestartNeeded }:
            case Outcome.Failed { Reason: Reasons.HooksFailed or Reasons.HooksTimedOut or Reasons.HooksRefused }:
                log.Warning("{Condition}: {Message} ({Reason})", type, outcome.Message, outcome.Reason);
                break;
            case Outcome.Failed:
                log.Warning("{Condition}: {Message} ({Reason}); next attempt in {Again:0.0} s", type, outcome.Message, outcome.Reason, again.TotalSeconds);
                break;
            case Outcome.Unchanged when before is Outcome.Unchanged or Outcome.Changed && controller.Kind != ControllerKinds.Connection:
            case Outcome.NothingToDo when controller.Kind is ControllerKinds.OwnName or ControllerKinds.Ready or ControllerKinds.Hooks:
            case Outcome.Waiting { Reason: Reasons.HooksRunning }:
                log.Debug("{Condition}: {Message} ({Reason})", type, outcome.Message, outcome.Reason);
                break;
            default:
                log.Information("{Condition}: {Message} ({Reason})", type, outcome.Message, outcome.Reason);
                break;
        }
    }

    private static ConditionStatus StatusOf(ControllerKinds kind, Outcome outcome) => outcome switch
    {
        Outcome.NothingToDo when kind is ControllerKinds.Connection or ControllerKinds.Ready => ConditionStatus.False,
        _ => outcome.IsSettled ? ConditionStatus.True : ConditionStatus.False,
    };

    private static string TypeOf(ControllerKinds kind) => kind switch
    {
        ControllerKinds.Registration => ConditionTypes.Registered,
        ControllerKinds.Role => ConditionTypes.RoleRead,
        ControllerKinds.Configuration => ConditionTypes.ConfigurationCurrent,
        ControllerKinds.Packages => ConditionTypes.PackagesInstalled,
        ControllerKinds.OwnName => ConditionTypes.OwnNameValid,
        ControllerKinds.Services => ConditionTypes.ServicesRunning,
        ControllerKinds.Connection => ConditionTypes.Connected,
        ControllerKinds.Ready => ConditionTypes.ReadyReached,
        _ => ConditionTypes.HooksRun,
    };
}
