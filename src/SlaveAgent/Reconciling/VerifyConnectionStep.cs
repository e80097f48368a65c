using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;
using SlaveAgent.Settings;

namespace SlaveAgent.Reconciling;

/// <summary>
/// Looks at the ring through chmpx's control port and sees to it that chmpx has loaded the generation in place and is really connected.
/// </summary>
public sealed class VerifyConnectionStep(
    RoleMemory role,
    ConfigurationFile file,
    RingMemory ring,
    LastGoodConfiguration lastGood,
    ControlPort controlPort,
    Systemctl systemctl,
    ChmpxSettings settings,
    TimeProvider time) : IStep
{
    /// <summary>Right after a change chmpx is about to follow (50 ms to load, 0.3 s to connect, chmpx.md); later it is no hurry.</summary>
    private static readonly TimeSpan SoonAfterChange = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookSoon = TimeSpan.FromMilliseconds(100);

    /// <summary>So many may ask K2HR3 at once; more of them take turns, for it needs 45 to 90 ms an answer and gives few at a time (k2hr3-api.md).</summary>
    private const int AskTogether = 16;
    private static readonly TimeSpan AskShare = TimeSpan.FromMilliseconds(30);

    private readonly long _started = time.GetTimestamp();
    private long? _answered;
    private long? _restarted;
    private long? _lackingSince;
    private IniDocument? _loaded;
    private IniDocument? _judged;

    /// <summary>The outcome while all is well, good until the ring or the file changes: the watching path judges nothing twice.</summary>
    private StepOutcome? _quiet;
    private int _stamps;
    private int _restarts;

    public Steps Kind => Steps.VerifyConnection;

    /// <summary>As in the status.</summary>
    public const string StepName = "verify connection";

    public string Name => StepName;

    public bool AsksK2hr3 => false;

    public TimeSpan Patience => TimeSpan.FromMinutes(5);

    /// <summary>Connected to every server that is up, and to at least one.</summary>
    public bool IsConnected { get; private set; }

    public async Task<StepOutcome> RunAsync(CancellationToken cancel)
    {
        if (role.IsSlaveNode is false)
        {
            IsConnected = false;
            ring.Note(null);
            return new StepOutcome.NothingToDo("no connection is wanted, because the role has no slave configuration");
        }

        var changedByOthers = file.Refresh();

        // Not left to the step that asks K2HR3: while that is away, a chmpx without a file is blind, and one that reads a bad file exits (chmpx.md).
        if (await lastGood.RestoreAsync(cancel) is { } restored)
        {
            IsConnected = false;
            return new StepOutcome.Waiting($"generation {restored} was made from the last answer that was accepted, because the file was gone or chmpx would exit on it", LookSoon)
            {
                Demands = Steps.WriteConfiguration,
                DemandReason = "no configuration",
            };
        }

        if (file.Current is not { ControlPort: { } port } ini)
        {
            IsConnected = false;
            ring.Note(null);
            return new StepOutcome.Waiting(file.Current is null ? "there is no configuration yet" : "the file in place is no chmpx configuration")
            {
                Demands = changedByOthers ? Steps.WriteConfiguration : Steps.None,
                DemandReason = "no configuration",
            };
        }

        var before = ring.View;
        ring.Note(await controlPort.LookAsync(port, cancel));
        if (_quiet is not null && ReferenceEquals(ring.View, before) && ReferenceEquals(_judged, ini))
        {
            _answered = time.GetTimestamp();
            return _quiet;
        }

        var verdict = RingJudge.Judge(Describe(ini, ring.View));
        var acted = await ActAsync(verdict, ini, cancel);
        IsConnected = verdict.State == RingState.Connected;
        var outcome = Outcome(verdict, acted, changedByOthers, ini);
        _quiet = verdict is { State: RingState.Connected, Action: RingAction.None, HasLingering: false, Disagreement: null } && !changedByOthers ? outcome : null;
        return outcome;
    }

    private RingSituation Describe(IniDocument ini, RingView? view)
    {
        if (view is not null)
        {
            _answered = time.GetTimestamp();
        }

        if (!ReferenceEquals(_judged, ini) && (_judged is null || !IniComparison.SaysTheSame(_judged, ini)))
        {
            _stamps = 0;
        }

        _judged = ini;
        var restartFor = WhyRestart(ini, view);
        _lackingSince = view is not null && RingJudge.Lacking(ini, view).Any() ? _lackingSince ?? time.GetTimestamp() : null;
        return new RingSituation(
            ini,
            view,
            time.GetElapsedTime(file.ChangedAt),
            time.GetElapsedTime(Math.Max(Math.Max(_answered ?? _started, _restarted ?? _started), file.ChangedAt)),
            _restarted is { } restarted ? time.GetElapsedTime(restarted) : TimeSpan.MaxValue,
            _lackingSince is { } lacking ? time.GetElapsedTime(lacking) : TimeSpan.Zero,
            _stamps,
            _restarts,
            restartFor,
            settings);
    }

    /// <summary>Compares with what chmpx is known to have taken; a chmpx that loads the file in place at its own start takes all of it.</summary>
    private string? WhyRestart(IniDocument ini, RingView? view)
    {
        if (view is null)
        {
            // Not running, or starting: it will read the whole file.
            _loaded = null;
            return null;
        }

        if (_loaded is not null && IniComparison.NeedingRestart(_loaded, ini) is { Count: > 0 } keys)
        {
            return $"a changed {string.Join(", ", keys)}";
        }

        if (view.Revision == ini.FileVersion)
        {
            _loaded = ini;
            return null;
        }

        return file.OldFileWasLinked ? "a file whose predecessor has another hard link (a backup made with ln?)" : null;
    }

    /// <returns>What was done or why it could not be, in words; null when nothing was to be done.</returns>
    private async Task<string?> ActAsync(RingVerdict verdict, IniDocument ini, CancellationToken cancel)
    {
        switch (verdict.Action)
        {
            case RingAction.Stamp:
                _stamps++;
                var (generation, _) = await file.WriteAsync(ini, ring.View?.Revision, cancel);
                return $"{verdict.Words} (generation {generation})";
            case RingAction.Restart:
                _restarts++;
                _restarted = time.GetTimestamp();
                _loaded = null;
                var result = await systemctl.TryRestartAsync(settings.Unit, cancel);
                return result.IsDone ? verdict.Words : $"{verdict.Words}, which failed: {result.LastLines()}";
            default:
                if (verdict is { State: RingState.Connected, HasLingering: false })
                {
                    _restarts = 0;
                    _stamps = 0;
                }

                return null;
        }
    }

    private StepOutcome Outcome(RingVerdict verdict, string? acted, bool changedByOthers, IniDocument ini)
    {
        // What was done about a connection that is not there has not brought it yet: only a connected slave is settled.
        StepOutcome outcome = verdict.State == RingState.Connected
            ? acted is not null ? new StepOutcome.Changed(acted) : new StepOutcome.Unchanged(verdict.Words)
            : acted is not null ? new StepOutcome.Waiting(acted)
            : new StepOutcome.Waiting(verdict.Words, time.GetElapsedTime(file.ChangedAt) < SoonAfterChange ? LookSoon : null);
        return verdict.Disagreement is { } disagreement ? Demanding(outcome, disagreement, changedByOthers ? 1 : ini.Slaves.Count())
            : changedByOthers ? outcome with { Demands = Steps.WriteConfiguration, DemandReason = "the file was changed" }
            : verdict is { State: RingState.Silent, Action: RingAction.None } && IsLongSilent
            ? outcome with { Demands = Steps.StartServices, DemandReason = "silent" }
            : outcome;
    }

    /// <summary>Has K2HR3 asked because the ring and the file differ, which all slaves of the ring see in the same second.</summary>
    internal static StepOutcome Demanding(StepOutcome outcome, string disagreement, int slaves) => outcome with
    {
        Demands = Steps.WriteConfiguration,
        DemandReason = disagreement,
        DemandSpread = slaves <= AskTogether ? TimeSpan.Zero : slaves * AskShare,
    };

    /// <summary>Long enough that a chmpx which only starts anew would have answered; a unit that somebody stopped is started again.</summary>
    private bool IsLongSilent => time.GetElapsedTime(_answered ?? _started) > settings.LoadDeadline;
}
