using System.Collections.Immutable;
using Serilog;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Settings;

namespace SlaveAgent.Roles;

/// <summary>
/// Makes the configuration from the role's resource, and puts it in place when it says something else than the file does.
/// Whatever goes wrong, the last good file stays.
/// </summary>
public sealed class ConfigurationController(
    ResourceReader resource,
    RoleMemory role,
    ConfigurationFile file,
    RingMemory ring,
    LastGoodConfiguration lastGood,
    EvidenceMemory evidence,
    string cuk,
    HostFiles files,
    ConfigurationSettings settings,
    bool registerAgain,
    ILogger log,
    Func<PlanOptions>? options = null,
    HoldKeeper? holds = null) : IController
{
    private const string ShrinkQuestion = "shrink";

    private readonly ClockCheck _clock = new(log);

    /// <summary>The text that the file in place was found to say, and what to say of that again while neither is another: most polls bring a 304.</summary>
    private (string Text, IniDocument Ini, PlanOptions Options, Outcome Outcome)? _settled;
    private GenerationCause _cause;
    private bool _isHungUp;

    /// <summary>The role became a slave node's, and that was not passed on yet.</summary>
    private bool _isRoleDue;

    public ControllerKinds Kind => ControllerKinds.Configuration;

    public string Name => "configuration";

    public Lane Lane => Lane.K2hr3;

    public TimeSpan WatchdogLimit => resource.LongestRequest + TimeSpan.FromMinutes(2);

    /// <summary>A SIGHUP is why the next run runs.</summary>
    public void NoteHangUp() => _isHungUp = true;

    public async Task<Outcome> RunAsync(CancellationToken cancel) =>
        await ReconcileAsync(cancel) is var outcome && outcome.AnswerTime == resource.AnswerTime ? outcome : outcome with { AnswerTime = resource.AnswerTime };

    private async Task<Outcome> ReconcileAsync(CancellationToken cancel)
    {
        (_cause, _isHungUp) = (_isHungUp ? GenerationCause.Sighup : GenerationCause.Poll, false);
        file.Refresh();
        var answer = await resource.ReadAsync(fresh: evidence.Of(ShrinkQuestion) is not null, cancel);
        _clock.Note(resource.ClockDifference);
        if (NotASlave(answer) is { } other)
        {
            return other;
        }

        if (holds?.Current is { Kind: HoldKind.Held } hold)
        {
            return await KeepHeldAsync(hold, answer, cancel);
        }

        if (answer is K2hr3Answer.Text text)
        {
            return await ApplyAsync(text.Value, cancel);
        }

        evidence.Note(ShrinkQuestion, null);
        return await KeepLastGoodAsync(K2hr3Outcome.Of(answer, "reading the role's resource"), cancel);
    }

    /// <returns>What to say of a role that is no slave node's; null where nothing says that it is none.</returns>
    private Outcome? NotASlave(K2hr3Answer answer)
    {
        switch (resource.NotASlave)
        {
            case EvidenceStage.TooFew when answer is K2hr3Answer.Text:
                return new Outcome.Waiting($"{resource.WhyNotASlave}; K2HR3 has to say so again") { Reason = Reasons.NotASlave };
            case EvidenceStage.Unconfirmed:
                role.LearnOther(isConfirmed: false);
                return new Outcome.NothingToDo($"{resource.WhyNotASlave}; certain once K2HR3 has said so for {evidence.Settings.Duration.TotalSeconds:0} s")
                {
                    Reason = Reasons.NotASlave,
                    IsUnconfirmed = true,
                    RecheckAfter = resource.Remaining,
                };
            case EvidenceStage.Confirmed:
                role.LearnOther(isConfirmed: true);
                if (role.IsOtherResource)
                {
                    return new Outcome.Failed(
                        $"{resource.WhyNotASlave}; configuration.resource, or RESOURCE_PATH in override.conf, names it instead of the role's own", Consequence.NeedsPerson)
                    {
                        Reason = Reasons.ResourceNotASlaves,
                    };
                }

                return new Outcome.NothingToDo(resource.WhyNotASlave!) { Reason = Reasons.NotASlave };
            default:
                return null;
        }
    }

    private async Task<Outcome> ApplyAsync(string text, CancellationToken cancel)
    {
        var plannedFor = options?.Invoke() ?? PlanOptions.Default;
        if (_settled is { } settled && ReferenceEquals(settled.Text, text) && ReferenceEquals(settled.Ini, file.Current)
            && settled.Options.SaysTheSame(plannedFor) && file.HasRightMode)
        {
            return settled.Outcome;
        }

        _settled = null;
        var restsOnHost = false;
        var plan = ConfigurationPlan.Make(
            text,
            cuk,
            files with { IsFile = path => NoteHost(files.IsFile(path)), IsDirectory = path => NoteHost(files.IsDirectory(path)) },
            plannedFor);
        bool? NoteHost(bool? found)
        {
            restsOnHost = true;
            return found;
        }

        var wasOther = role.IsSlaveNode is false;
        role.Learn(plan, resource.AcceptedText is not null);
        _isRoleDue |= wasOther && role.IsSlaveNode is true;
        if (plan is not ConfigurationPlan.Usable)
        {
            evidence.Note(ShrinkQuestion, null);
        }

        var outcome = await ApplyAsync(text, plan, cancel);

        // Certificates can vanish while text and file stay: such a configuration is judged each time.
        _settled = outcome is Outcome.Unchanged && !restsOnHost ? (text, file.Current!, plannedFor, outcome) : null;

        // Its packages and services would be checked only at the role's interval.
        (var isRoleDue, _isRoleDue) = (_isRoleDue, false);
        return isRoleDue
            ? outcome with { Triggers = outcome.Triggers | ControllerKinds.Role, TriggerReason = outcome.TriggerReason ?? nameof(RoleMemory.IsSlaveNode) }
            : outcome;
    }

    private async Task<Outcome> ApplyAsync(string text, ConfigurationPlan plan, CancellationToken cancel)
    {
        NoteProblems(plan is ConfigurationPlan.Refused refusal ? refusal.Problems : []);
        switch (ConfigurationDecision.Make(plan, file.Current, file.HasRightMode, ring.View, text == resource.AcceptedText))
        {
            case ConfigurationDecision.NotASlave other:
                // It was a slave's configuration and now is none: an empty answer of a store in trouble is likelier than a changed mind.
                file.NoteRefused(_cause, Reasons.SuddenlyNotASlave, $"no slave configuration ({other.Why})");
                return new Outcome.Failed($"the role's resource is suddenly no slave configuration ({other.Why}); the last good file stays") { Reason = Reasons.SuddenlyNotASlave };
            case ConfigurationDecision.NotListed:
                return registerAgain
                    ? new Outcome.Waiting("the role's resource does not list this host; it is registered again")
                    {
                        Triggers = ControllerKinds.Registration,
                        TriggerReason = Reasons.NotListed,
                        Reason = Reasons.NotListed,
                    }
                    : new Outcome.Waiting("the role's resource does not list this host, and host.register_again is off") { Reason = Reasons.NotListed };
            case ConfigurationDecision.Refused refused:
                file.NoteRefused(_cause, Reasons.ConfigurationRefused, refused.Summary);
                return new Outcome.Failed(
                    $"the role's resource was refused, because {refused.Summary}"
                    + (file.Current is null ? string.Empty : "; the last good file stays"))
                {
                    Reason = Reasons.ConfigurationRefused,
                };
            case ConfigurationDecision.UpToDate same:
                Warn(same.Plan.Warnings);
                evidence.Note(ShrinkQuestion, null);
                resource.Accept(text);
                return new Outcome.Unchanged($"generation {file.Current!.FileVersion} with {Servers(same.Plan.Ini)} is what K2HR3 says");
            case ConfigurationDecision.LargeShrink shrink when Unconfirmed(shrink.Plan.Ini) is { } unconfirmed:
                Warn(shrink.Plan.Warnings);
                return unconfirmed;
            case ConfigurationDecision.LargeShrink shrink:
                return await WriteAsync(text, shrink.Plan, cancel);
            case ConfigurationDecision.Write write:
                return await WriteAsync(text, write.Plan, cancel);
            default:
                throw new InvalidOperationException("a decision that is none of its kinds");
        }
    }

    private async Task<Outcome> WriteAsync(string text, ConfigurationPlan.Usable plan, CancellationToken cancel)
    {
        Warn(plan.Warnings);
        var before = file.Current;
        if (holds?.Current is { Kind: HoldKind.Paused } paused)
        {
            return new Outcome.Waiting($"K2HR3 lists {Servers(plan.Ini)}, and the file {(before is null ? "is not there" : $"has {Servers(before)} or says something else of them")}; nothing is written, because {paused}") { Reason = paused.Reason };
        }

        evidence.Note(ShrinkQuestion, null);
        var cause = _cause == GenerationCause.Poll && before is not null && WasSeenInRing(before, plan.Ini) ? GenerationCause.Ring : _cause;
        var written = await file.WriteAsync(plan.Ini, ring.View?.Revision, cancel, cause);
        if (written.CopyFailed is not null)
        {
            log.Warning("No copy of generation {Generation} could be kept: {Why}; the configuration itself is in place", written.Generation, written.CopyFailed);
        }

        resource.Accept(text);
        return new Outcome.Changed(written.Entry.Line)
        {
            Triggers = ControllerKinds.Connection | (before is null ? ControllerKinds.Services : ControllerKinds.None),
            TriggerReason = $"generation {written.Generation}",
        };
    }

    /// <summary>The file is what the hold says, whatever K2HR3 does; what that lists is told.</summary>
    private async Task<Outcome> KeepHeldAsync(Hold hold, K2hr3Answer answer, CancellationToken cancel)
    {
        var held = IniReader.Read(hold.Configuration ?? string.Empty);
        if (file.Current is null || !IniComparison.SaysTheSame(file.Current, held))
        {
            if (IniCheck.Check(held, files) is [var problem, ..])
            {
                return new Outcome.Failed($"generation {hold.Generation} is to be held and was refused: {problem}; the file stays", Consequence.NeedsPerson) { Reason = Reasons.ConfigurationRefused };
            }

            var (generation, _) = await file.WriteAsync(held, ring.View?.Revision, cancel, GenerationCause.Rollback);
            return new Outcome.Changed($"generation {generation} says what generation {hold.Generation} said; {hold}")
            {
                Reason = hold.Reason,
                Triggers = ControllerKinds.Connection,
                TriggerReason = $"generation {generation}",
            };
        }

        var said = answer is K2hr3Answer.Text text && ConfigurationPlan.Make(text.Value, cuk, files, options?.Invoke()) is ConfigurationPlan.Usable now
            ? IniComparison.SaysTheSame(held, now.Ini) ? "K2HR3 says the same" : $"K2HR3 lists {Servers(now.Ini)} and says something else"
            : K2hr3Outcome.Of(answer, "reading the role's resource").Message;
        return new Outcome.Unchanged($"generation {file.Current.FileVersion} with {Servers(held)}; {said}; {hold}") { Reason = hold.Reason };
    }

    /// <summary>The ring showed a server that joins or leaves with this list already: that had K2HR3 asked before the poll was due.</summary>
    private bool WasSeenInRing(IniDocument before, IniDocument now)
    {
        if (ring.View?.ByKey() is not { } shown)
        {
            return false;
        }

        var (old, listed) = (before.ServerNodes.Keys, now.ServerNodes.Keys);
        return listed.Any(key => !old.Contains(key) && shown.GetValueOrDefault(key) is { IsUp: true })
            || old.Any(key => !listed.Contains(key) && shown.GetValueOrDefault(key) is not { IsUp: true });
    }

    /// <returns>Null once K2HR3 has given this list for long enough.</returns>
    private Outcome.Waiting? Unconfirmed(IniDocument list)
    {
        evidence.Note(ShrinkQuestion, ShrinkGuard.ClaimOf(list));
        if (evidence.StageOf(ShrinkQuestion, settings.SecondAnswerAfter) is EvidenceStage.Confirmed)
        {
            return null;
        }

        // So that the last answer comes when the time is over.
        var spacing = settings.SecondAnswerAfter / Math.Max(1, evidence.Settings.Answers - 1);
        var remaining = evidence.RemainingOf(ShrinkQuestion, settings.SecondAnswerAfter);
        return new Outcome.Waiting(
            $"K2HR3 lists {Servers(list)} and leaves out more than half of those that are up or in the file; it has to go on giving this list for {settings.SecondAnswerAfter.TotalSeconds:0.#} s",
            remaining > TimeSpan.Zero && remaining < spacing ? remaining : spacing)
        {
            Reason = Reasons.LargeShrink,
        };
    }

    private async Task<Outcome> KeepLastGoodAsync(Outcome failed, CancellationToken cancel)
    {
        if (resource.Gone is EvidenceStage.Confirmed)
        {
            failed = failed with { Reason = Reasons.RoleGone };
        }

        return await lastGood.RestoreAsync(cancel) is { } generation
            ? failed with { Message = $"{failed.Message}; generation {generation} was made from the last answer that was accepted" }
            : file.Current is null ? failed : failed with { Message = $"{failed.Message}; the last good file stays" };
    }

    private void Warn(ImmutableArray<IniProblem> warnings)
    {
        if (!warnings.SequenceEqual(ring.ResourceWarnings))
        {
            foreach (var warning in warnings.Take(RingMemory.MostWarnings))
            {
                log.Warning("The role's resource, {Warning}", warning.ToString());
            }

            if (warnings.Length > RingMemory.MostWarnings)
            {
                log.Warning("The role's resource has {Count} more warnings of this kind", warnings.Length - RingMemory.MostWarnings);
            }

            ring.ResourceWarnings = warnings;
        }
    }

    /// <summary>The same ones stay the same object, so that nobody need compare them again.</summary>
    private void NoteProblems(ImmutableArray<IniProblem> problems)
    {
        if (!problems.SequenceEqual(ring.ResourceProblems))
        {
            ring.ResourceProblems = problems;
        }
    }

    internal static string Servers(IniDocument ini) => ini.ServerNodes.All.Length switch
    {
        1 => "1 server",
        var n => $"{n} servers",
    };
}
