using Serilog;
using SlaveAgent.Chmpx;
using SlaveAgent.Files;

namespace SlaveAgent.Reconciling;

/// <summary>
/// Hears every outcome; says what changed to the log, keeps the status file, and knows in one word where the agent stands.
/// What only repeats itself is neither logged nor written.
/// </summary>
/// <param name="keepsFile">Off beside a running daemon, whose status file it is.</param>
public sealed class StatusBoard(
    IReadOnlyList<IController> steps, ConfigurationFile file, RingMemory ring, string? role, HostRoot root, bool keepsFile, TimeProvider time, ILogger log)
{
    private const string Unregistered = "unregistered";

    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>How long the file may keep an older time of K2HR3's last answer, while it answers and nothing else is new: to write it costs a third of a poll.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(5);

    private readonly Dictionary<ControllerKinds, (Outcome Outcome, DateTimeOffset Since)> _outcomes = [];
    private readonly string _path = root.At(AgentPaths.StatusFile);
    private ErrorStatus? _lastError;
    private DateTimeOffset? _lastAnswer;
    private (string Phase, DateTimeOffset Since) _phase = ("starting", time.GetUtcNow());
    private RingView? _publishedView;
    private IniDocument? _publishedFile;
    private bool _isPublished;
    private long _publishedAt;

    /// <summary>One line for <c>systemctl status</c>.</summary>
    public string Message { get; private set; } = "starting";

    /// <summary>Every step has run and none has anything left to do.</summary>
    public bool IsSettled => steps.All(step => _outcomes.TryGetValue(step.Kind, out var o) && o.Outcome.IsSettled);

    /// <summary>Nothing that was found rests on what K2HR3 has not said for long enough.</summary>
    public bool IsConfirmed => !_outcomes.Values.Any(o => o.Outcome.IsUnconfirmed);

    /// <summary>A step failed in a way that trying again alone will not mend.</summary>
    public bool NeedsPerson => _outcomes.Values.Any(o => o.Outcome is Outcome.Failed { Consequence: Consequence.NeedsPerson });

    public bool HaveAllRun => _outcomes.Count == steps.Count;

    /// <summary>The first step that is not settled, with what it said; null when all are.</summary>
    public (IController Step, Outcome Outcome)? FirstOpen => steps
        .Where(step => _outcomes.TryGetValue(step.Kind, out var o) && !o.Outcome.IsSettled)
        .Select(step => ((IController, Outcome)?)(step, _outcomes[step.Kind].Outcome))
        .FirstOrDefault();

    public Outcome? OutcomeOf(ControllerKinds step) => _outcomes.TryGetValue(step, out var o) ? o.Outcome : null;

    /// <param name="again">When the step runs next, for the log.</param>
    public void Report(IController step, Outcome outcome, TimeSpan again)
    {
        var now = time.GetUtcNow();
        var before = _outcomes.TryGetValue(step.Kind, out var o) ? o.Outcome : null;
        var isNews = before is null || (!ReferenceEquals(before, outcome) && (before.GetType() != outcome.GetType() || before.Message != outcome.Message || before.IsUnconfirmed != outcome.IsUnconfirmed || before.Code != outcome.Code));
        if (isNews)
        {
            _outcomes[step.Kind] = (outcome, now);
        }

        if (step.AsksK2hr3 && outcome is not Outcome.Failed { Consequence: Consequence.K2hr3Away })
        {
            _lastAnswer = now;
        }

        if (outcome is Outcome.Failed && isNews)
        {
            _lastError = new ErrorStatus(step.Name, outcome.Message, now);
        }

        if (isNews || outcome is Outcome.Changed)
        {
            Log(step, outcome, before, again);
        }

        if (isNews || !ReferenceEquals(ring.View, _publishedView) || !ReferenceEquals(file.Current, _publishedFile) || !_isPublished
            || (step.AsksK2hr3 && time.GetElapsedTime(_publishedAt) >= Freshness))
        {
            Publish(now);
        }
    }

    /// <summary>The host was taken out of its role by <c>unregister</c>; nothing is done until it is registered again.</summary>
    public void Rest()
    {
        if (_phase.Phase != Unregistered)
        {
            _phase = (Unregistered, time.GetUtcNow());
            Message = "unregistered; bootstrap takes this host into its role again";
            log.Information("This host was unregistered; the agent rests until bootstrap takes it into its role again");
            Write();
        }
    }

    public AgentStatus Snapshot() => new(
        _phase.Phase,
        Message,
        _phase.Since,
        Environment.ProcessId,
        AgentVersion.Text,
        role,
        file.Path,
        file.Current?.FileVersion,
        ring.View?.Revision,
        ServerList.Of(file.Current, ring.View),
        [.. steps.Select(step => _outcomes.TryGetValue(step.Kind, out var o)
            ? new ControllerStatus(step.Name, StateOf(o.Outcome), o.Outcome.Message, o.Since) { Code = o.Outcome.Code }
            : new ControllerStatus(step.Name, "not run yet", string.Empty, null))],
        _lastAnswer,
        _lastError)
    {
        Connection = OutcomeOf(ControllerKinds.Connection) is { } verified
            ? ConnectionStatus.Of(ring, verified is not Outcome.NothingToDo, file.Current is not null)
            : null,
        IsUnconfirmed = !IsConfirmed,
    };

    private void Publish(DateTimeOffset now)
    {
        var open = FirstOpen;
        var phase = open is { } o ? PhaseOf(o.Step, o.Outcome) : HaveAllRun ? Settled() : "starting";
        if (phase != _phase.Phase)
        {
            _phase = (phase, now);
        }

        Message = open is var (step, outcome) ? $"{step.Name}: {outcome.Message}" : OutcomeOf(ControllerKinds.Connection)?.Message ?? OutcomeOf(steps[^1].Kind)?.Message ?? "starting";
        Write();
    }

    private string Settled() => OutcomeOf(ControllerKinds.Connection) switch
    {
        null => "installed", // A bootstrap that leaves the connection to the daemon.
        Outcome.NothingToDo => "idle",
        _ => "connected",
    };

    private static string PhaseOf(IController step, Outcome outcome) => (outcome, step.Kind) switch
    {
        (Outcome.Failed { Consequence: Consequence.NeedsPerson }, _) => "stalled",
        (Outcome.Failed { Consequence: Consequence.K2hr3Away }, _) => "waiting for K2HR3",
        (_, ControllerKinds.Registration) => "registering",
        (_, ControllerKinds.Packages) => "installing",
        (_, ControllerKinds.Configuration) => "configuring",
        (_, ControllerKinds.Services) => "starting services",
        _ => "connecting",
    };

    private void Write()
    {
        _publishedView = ring.View;
        _publishedFile = file.Current;
        _publishedAt = time.GetTimestamp();
        if (!keepsFile)
        {
            return;
        }

        try
        {
            Directories.MakeOwn(Path.GetDirectoryName(_path)!);
            AtomicFile.Write(_path, StatusJson.Write(Snapshot()), ReadableByAll, durable: false);
            _isPublished = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isPublished = false;
            log.Debug("The status file could not be written: {Why}", e.Message);
        }
    }

    private void Log(IController step, Outcome outcome, Outcome? before, TimeSpan again)
    {
        switch (outcome)
        {
            case Outcome.Failed:
                log.Warning("{Step}: {Message}; tried again in {Again:0.0} s", step.Name, outcome.Message, again.TotalSeconds);
                break;
            case Outcome.Unchanged when before is Outcome.Unchanged or Outcome.Changed && step.Kind != ControllerKinds.Connection:
                log.Debug("{Step}: {Message}", step.Name, outcome.Message);
                break;
            default:
                log.Information("{Step}: {Message}", step.Name, outcome.Message);
                break;
        }
    }

    private static string StateOf(Outcome outcome) => outcome switch
    {
        Outcome.Unchanged => "unchanged",
        Outcome.Changed => "changed",
        Outcome.NothingToDo => "nothing to do",
        Outcome.Waiting => "waiting",
        _ => "failed",
    };
}
