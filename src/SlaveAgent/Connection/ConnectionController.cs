using Serilog;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;
using SlaveAgent.Settings;

namespace SlaveAgent.Connection;

/// <summary>
/// Polls the ring through chmpx's control port, and acts until chmpx has loaded the generation in place and is connected.
/// </summary>
public sealed class ConnectionController(
    RoleMemory role,
    ResourceReader resource,
    ConfigurationFile file,
    RingMemory ring,
    LastGoodConfiguration lastGood,
    IControlPort controlPort,
    ServerSockets sockets,
    ConnectionTracker tracker,
    RingQuestions questions,
    StatusRequester requester,
    AddressWatch addresses,
    ISystemd systemd,
    ChmpxSettings settings,
    TimeProvider time,
    ILogger log,
    HoldKeeper? holds = null) : IController
{
    /// <summary>Right after a change chmpx is about to follow (50 ms to load, 0.3 s to connect); later it is no hurry.</summary>
    private static readonly TimeSpan SoonAfterChange = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    /// <summary>A trigger's reason: somebody else changed the file.</summary>
    internal const string FileChanged = nameof(FileChanged);

    /// <summary>So many may ask K2HR3 at once; of more each takes a slot, for it needs 45 to 90 ms an answer and gives few at a time.</summary>
    private const int BurstSize = 16;
    private static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(30);

    /// <summary>While chmpx shows the same, it is judged again after so long: files beside the configuration can change, too.</summary>
    private static readonly TimeSpan QuietLifetime = TimeSpan.FromSeconds(30);

    /// <summary>A network that is silent for less stops no program, also where <c>ready.follow</c> is set: its connections go on when it is back.</summary>
    private static readonly TimeSpan SilenceBorne = TimeSpan.FromSeconds(60);

    private readonly long _started = time.GetTimestamp();
    private readonly RepeatedWarning _otherWriter = new(time);
    private readonly Inquiry<CommandResult?> _restart = new();
    private bool? _announced;
    private ChmpxProcess _process;
    private long? _answered;
    private IniDocument? _judged;

    /// <summary>The outcome while all is well, good until the ring or the file changes: the watching path judges nothing twice.</summary>
    private Outcome? _quiet;
    private long _quietSince;
    private int _quietChanges;
    private SocketReport? _quietSockets;

    public ControllerKinds Kind => ControllerKinds.Connection;

    public string Name => "connection";

    public Lane Lane => Lane.Connection;

    public TimeSpan WatchdogLimit => TimeSpan.FromMinutes(5);

    /// <summary>Connected to every server that is up, or to some of them for longer than the deadline: programs may start.</summary>
    public bool IsReady { get; private set; }

    /// <summary>A run has found out whether chmpx is connected; until then an agent that has just started knows nothing against it.</summary>
    public bool HasJudged { get; private set; }

    /// <summary>The last run did not poll chmpx, because the file had just changed.</summary>
    internal bool IsPollPaused { get; private set; }

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        var outcome = await ReconcileAsync(cancel);
        if (!HasJudged || _announced == IsReady)
        {
            return outcome;
        }

        _announced = IsReady;
        return outcome with { Triggers = outcome.Triggers | ControllerKinds.Ready, TriggerReason = outcome.TriggerReason ?? (IsReady ? nameof(RingState.Connected) : Reasons.NotConnected) };
    }

    private async Task<Outcome> ReconcileAsync(CancellationToken cancel)
    {
        if (role.IsSlaveNode is false)
        {
            (IsReady, HasJudged) = (false, true);
            ring.Note(null);
            ring.Verdict = null;
            ring.Regression = null;
            return new Outcome.NothingToDo("no connection is wanted, because the role has no slave configuration") { Reason = Reasons.NotASlave };
        }

        IsPollPaused = false;
        ring.Room = resource.Room;
        file.Refresh();

        // Not left to the controller that asks K2HR3: while that is away, a chmpx without a file is blind, and one that reads a bad file exits.
        if (await lastGood.RestoreAsync(cancel) is { } restored)
        {
            return new Outcome.Waiting($"generation {restored} was made from the last answer that was accepted, because the file was gone or chmpx would exit on it", Soon)
            {
                Reason = Reasons.Restored,
                Triggers = ControllerKinds.Configuration | ControllerKinds.Services,
                TriggerReason = Reasons.NoConfiguration,
            };
        }

        if (file.Current is not { ControlPort: { } port } ini)
        {
            (IsReady, HasJudged) = (false, true);
            ring.Note(null);
            ring.Verdict = null;
            ring.Regression = null;
            return new Outcome.Waiting(file.Current is null ? "there is no configuration yet" : "the file in place is no chmpx configuration")
            {
                Reason = file.Current is null ? Reasons.NoConfiguration : Reasons.ForeignFile,
                Triggers = TakeChangedByOthers() ? ControllerKinds.Configuration : ControllerKinds.None,
                TriggerReason = Reasons.NoConfiguration,
            };
        }

        IsPollPaused = file.UntilPollAllowed is var left && left > TimeSpan.Zero;
        if (IsPollPaused)
        {
            // A poll makes chmpx read the file outside of its watch, which then takes it for unchanged.
            _quiet = null;
            return new Outcome.Waiting("the configuration was just written; chmpx is given time to notice it", left) { Reason = Reasons.JustWritten };
        }

        var changedByOthers = TakeChangedByOthers();

        var before = ring.View;
        var view = await controlPort.PollAsync(port, cancel);
        addresses.Refresh();
        ring.Note(view is null ? null : ini.ServerNodes.Named(view), sockets.Observe(ini, view, cancel));
        if (!ReferenceEquals(file.Current, ini))
        {
            // Another lane wrote it while chmpx took its time to answer.
            return new Outcome.Waiting("the configuration was just written", Soon) { Reason = Reasons.JustWritten };
        }

        var isOtherProcess = view is not null && view.Process != _process;
        if (ring.View is not null)
        {
            _process = ring.View.Process;
            _answered = time.GetTimestamp();
            questions.NoteAnswered();
        }
        else if (IsLongUnresponsive)
        {
            questions.AskUnit(cancel);
        }

        if (_quiet is not null && ReferenceEquals(ring.View, before) && ReferenceEquals(_judged, ini) && time.GetElapsedTime(_quietSince) < QuietLifetime
            && _quietChanges == addresses.Changes && ReferenceEquals(ring.Sockets, _quietSockets))
        {
            return _quiet;
        }

        questions.TakeAnswers();
        var slaves = Math.Max(1, ring.Room?.Slaves ?? 1);
        var situation = tracker.Observe(ini, ring.View, file, await AnswersElsewhereAsync(port, cancel), ring.Sockets, slaves) with { IsChmpxUnmanaged = systemd.WhyAbsent is not null };
        _judged = ini;
        var verdict = Explained(Judge(situation));
        ring.Regression = tracker.ObserveRegression(situation, verdict.State == RingState.Connected);
        if (situation.View?.Revision == ini.FileVersion)
        {
            file.NoteLoaded(verdict.State == RingState.Connected);
        }

        // Of a chmpx that does not answer nothing is known.
        if (verdict is { NeedsExternalRestart: true, Cause: RestartCause.Configuration } && !tracker.RestartNeeds.IsEmpty)
        {
            tracker.NoteRestartNeeded();
        }

        var isPaused = holds?.IsPaused is true && IsChange(verdict);
        var acted = isPaused ? null : await ActAsync(verdict, situation, cancel);
        verdict = isPaused ? verdict with { Message = $"{verdict.Message}; nothing is done about it, because the agent is paused" } : verdict;
        if (verdict.State == RingState.Connected)
        {
            tracker.NoteConnected(verdict.HasLingering);
            requester.NoteComplete();
        }
        else if (verdict.State == RingState.Partial)
        {
            tracker.NotePartial();
        }

        var isReached = verdict.State == RingState.Connected || (verdict.IsDeadlineOver && verdict.State is RingState.Partial or RingState.Connecting);

        // A generation that chmpx does not load takes no connection away, nor does a question that is still open, also not from an agent that was started again meanwhile.
        IsReady = isReached || (situation.WasReady && (IsReady || ring.Verdict is null || !HasJudged)
            && ((verdict.State is RingState.Loading or RingState.Connecting && verdict.Coverage != RingCoverage.None) || (situation.WasSilent && situation.SinceLost < SilenceBorne)));
        HasJudged |= ring.View is not null || IsLongUnresponsive;
        if (isReached)
        {
            tracker.NoteReady();
        }

        var isNewlyNeeded = verdict.NeedsExternalRestart && ring.Verdict?.NeedsExternalRestart is not true;
        ring.Verdict = verdict;
        ring.RestartNeeds = tracker.RestartNeeds;
        ring.Restarts = tracker.Restarts;
        var outcome = OutcomeOf(verdict, isReached, acted, changedByOthers, slaves, situation.SinceMissing);
        if (isOtherProcess)
        {
            // Its unit was started again, by whomever.
            outcome = outcome with { Triggers = outcome.Triggers | ControllerKinds.Services, TriggerReason = outcome.TriggerReason ?? $"process {_process.Pid}" };
        }

        if (isNewlyNeeded)
        {
            outcome = outcome with { Triggers = outcome.Triggers | ControllerKinds.Services, TriggerReason = outcome.TriggerReason ?? Reasons.ChmpxRestartNeeded };
        }

        _quiet = !isOtherProcess && verdict is { State: RingState.Connected, Action: RingAction.None, HasLingering: false, HasHalfOpen: false, Disagreement: null }
            && !changedByOthers && !addresses.IsRegistrationOutdated && !ring.Sockets.IsMoving ? outcome : null;
        (_quietSince, _quietChanges, _quietSockets) = (time.GetTimestamp(), addresses.Changes, ring.Sockets);
        return outcome;
    }

    /// <summary>Whether chmpx would end at its start takes a look at keys and certificates, and is found out only where a restart is at hand.</summary>
    private RingVerdict Judge(RingSituation situation) =>
        RingJudge.Judge(situation) is var verdict && (verdict.Action == RingAction.Restart || verdict.IsRestartPaused || verdict.NeedsExternalRestart) && lastGood.FindStartProblem(situation.Ini) is { } problem
            ? RingJudge.Judge(situation with { StartProblem = problem })
            : verdict;

    /// <summary>Servers refuse a slave whose name another one has; the resource tells which.</summary>
    private RingVerdict Explained(RingVerdict verdict) => verdict.State is RingState.NotAdmitted or RingState.Stranded && ring.ResourceWarnings is [var warning, ..]
        ? verdict with { Message = $"{verdict.Message}; the role's resource, {warning}" }
        : verdict;

    private bool TakeChangedByOthers()
    {
        var changed = file.TakeChangedByOthers();
        if ((changed && !file.IsLastGeneration ? _otherWriter.Note() : _otherWriter.Poll()) is { } due)
        {
            log.Warning("Another process than the agent wrote {Path}{Times}; what K2HR3 says is put in place again", file.Path, due.IsFirst ? string.Empty : $", {due.Times} times in {due.Within.TotalSeconds:0} s");
        }

        return changed;
    }

    /// <summary>A changed control port is taken at a start only; until then chmpx answers where it did.</summary>
    private async ValueTask<bool> AnswersElsewhereAsync(int port, CancellationToken cancel) =>
        ring.View is null && tracker.LastControlPort is > 0 and var last && last != port && await controlPort.PollAsync(last, cancel) is not null;

    /// <summary>Whether what is to be done changes something on this host or in the ring; questions do not.</summary>
    private static bool IsChange(RingVerdict verdict) => verdict.IsRestartPaused || verdict.Action is RingAction.Stamp or RingAction.Restart or RingAction.RequestStatus;

    /// <returns>A message on what was done; null when nothing was to be done.</returns>
    private async Task<string?> ActAsync(RingVerdict verdict, RingSituation s, CancellationToken cancel)
    {
        switch (verdict.Action)
        {
            case RingAction.Stamp:
                tracker.NoteStamp();
                var (generation, _) = await file.WriteAsync(s.Ini, ring.View?.Revision, cancel, GenerationCause.Stamp);
                return $"{verdict.Message} (generation {generation})";
            case RingAction.Restart:
                tracker.NoteRestart(verdict.Cause, verdict.IsRepairLate);
                RequestRestart(cancel);
                return verdict.Message;
            case RingAction.AskPeer:
                questions.AskPeer(s, cancel);
                return null;
            case RingAction.RequestStatus when requester.Consider(s, verdict.MissingKeys, cancel):
                questions.AskPeer(s, cancel);
                return null;
            case RingAction.ProbeServers:
                questions.Probe(s.Ini, verdict.MissingKeys.IsEmpty ? s.Ini.ServerNodes.Keys : verdict.MissingKeys.ToHashSet(), cancel);
                return null;
            case RingAction.ProbeSilent when s.NextSilent is { } silent:
                questions.ProbeSilent(s.Ini, silent, cancel);
                return null;
            case RingAction.AskDependents:
                questions.AskDependents(cancel);
                return null;
            case RingAction.None when verdict.IsRestartPaused && tracker.IsRestartOverdue:
                tracker.NoteRestartAgain();
                RequestRestart(cancel);
                return $"{verdict.Message}; the restart of chmpx had no effect and is requested again";
            default:
                return null;
        }
    }

    /// <summary>Not waited for: systemctl may hang, and whether chmpx was restarted is seen of chmpx itself.</summary>
    private void RequestRestart(CancellationToken cancel)
    {
        if (_restart.TryTake(out var last) && last is { IsDone: false })
        {
            log.Warning("Restarting {Unit} failed: {Why}", settings.Unit, last.LastLines());
        }

        _restart.Start(async () => await systemd.TryRestartAsync(settings.Unit, cancel));
    }

    private Outcome OutcomeOf(RingVerdict verdict, bool isReached, string? acted, bool changedByOthers, int slaves, TimeSpan sinceMissing)
    {
        // What was done about a connection that is not there has not brought it yet: only a connected slave is settled.
        Outcome outcome = isReached
            ? acted is not null ? new Outcome.Changed(acted) : new Outcome.Unchanged(verdict.Message)
            : acted is not null ? new Outcome.Waiting(acted)
            : new Outcome.Waiting(verdict.Message, IsAboutToChange(verdict, sinceMissing) ? Soon : null);
        outcome = outcome with { Reason = verdict is { State: RingState.Connected, HasHalfOpen: true } ? Reasons.HalfOpen : verdict.State.ToString(), RecheckAfter = ring.Sockets.IsMoving ? Soon : null };
        outcome = verdict.Disagreement is { } disagreement ? AskingK2hr3(outcome, disagreement, changedByOthers ? 1 : slaves)
            : changedByOthers ? outcome with { Triggers = ControllerKinds.Configuration, TriggerReason = FileChanged }
            : verdict is { State: RingState.Unresponsive, Action: RingAction.None } && IsLongUnresponsive
            ? outcome with { Triggers = ControllerKinds.Services | ControllerKinds.OwnName, TriggerReason = nameof(RingState.Unresponsive) }
            : outcome;
        return addresses.IsRegistrationOutdated
            ? outcome with { Triggers = outcome.Triggers | ControllerKinds.Registration, TriggerReason = $"{outcome.TriggerReason} address" }
            : outcome;
    }

    /// <param name="sinceMissing">Since the same servers are without a connection: one that has just joined is being connected.</param>
    private bool IsAboutToChange(RingVerdict verdict, TimeSpan sinceMissing) => time.GetElapsedTime(file.ChangedAt) < SoonAfterChange || ring.Sockets.IsMoving
        || (verdict.State is RingState.Partial or RingState.Connecting && sinceMissing < SoonAfterChange)
        || verdict.Action is RingAction.AskPeer or RingAction.ProbeServers or RingAction.AskDependents;

    /// <summary>Has K2HR3 asked because the ring and the file differ, which all slaves of the ring see in the same second.</summary>
    internal static Outcome AskingK2hr3(Outcome outcome, string disagreement, int slaves) => outcome with
    {
        Triggers = ControllerKinds.Configuration,
        TriggerReason = disagreement,
        TriggerSpread = slaves <= BurstSize ? TimeSpan.Zero : slaves * Slot,
    };

    /// <summary>Long enough that a chmpx which only starts again would have answered; a unit that somebody stopped is started again.</summary>
    private bool IsLongUnresponsive => time.GetElapsedTime(_answered ?? _started) > settings.LoadDeadline;
}
