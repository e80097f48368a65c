using SlaveAgent.Reconciling;
using SlaveAgent.Ring;

namespace SlaveAgent.Status;

/// <summary>What the agent does next of itself, or who has to act first; derived from its status. Pure.</summary>
/// <param name="Message">For people.</param>
internal sealed record NextStep(NextStepCode Code, string Message)
{
    private static readonly string[] ForPersons =
        [Reasons.TokenMissing, Reasons.UnsupportedSystem, Reasons.InstallOff, Reasons.InvalidName, Reasons.ResourceNotASlaves, Reasons.SettingsRefused];

    private static readonly string[] OfK2hr3 = [ConditionTypes.Registered, ConditionTypes.RoleRead, ConditionTypes.ConfigurationCurrent];

    /// <summary>Of hooks: those that failed are run again at the next change, and not before.</summary>
    private static readonly string[] Final = [Reasons.HooksFailed, Reasons.HooksTimedOut, Reasons.HooksRefused];

    /// <param name="now">A time that has passed is not shown.</param>
    public static NextStep Of(AgentStatus status, DateTimeOffset now) =>
        WithoutAgent(status)
        ?? (status.Hold is { Kind: "paused" } pause ? new NextStep(NextStepCode.Paused, $"nothing {Until(pause)}: it observes and reports") : null)
        ?? AtWork(status, [.. StatusText.Problems(status).Where(problem => problem.Status == ConditionStatus.False && !Final.Contains(problem.Reason))], now);

    private static NextStep? WithoutAgent(AgentStatus status) =>
        status.Control.Reason == Reasons.Unregistered ? new NextStep(NextStepCode.Unregistered, "nothing; k2hdkc-slave-agent bootstrap takes this host into its role again")
        : status.Pid != 0 ? null
        : status.Connection.State == ConnectionStates.NotASlave ? new NextStep(NextStepCode.NoneNeeded, "nothing; a role that is no slave node's needs no agent at work")
        : status.Control.Reason == Reasons.NoAgent ? new NextStep(NextStepCode.NoAgent, "nothing, because no agent runs: systemctl start k2hdkc-slave-agent, or k2hdkc-slave-agent run where there is no systemd")
        : new NextStep(NextStepCode.Starting, "starts; its log tells how far it is");

    private static NextStep AtWork(AgentStatus status, IReadOnlyList<Condition> problems, DateTimeOffset now) =>
        problems.FirstOrDefault(problem => ForPersons.Contains(problem.Reason)) is { } waiting ? new NextStep(NextStepCode.Person, $"goes on with all else; {waiting.Type} ({waiting.Reason}) needs somebody")
        : OfItself(status, problems.Count > 0 ? problems[0] : null, now);

    private static NextStep OfItself(AgentStatus status, Condition? open, DateTimeOffset now) =>
        OfUnmanagedChmpx(status) is { } external ? external
        : OfRing(status.Connection.Reason) is { } step && !(status.Connection.Reason == nameof(RingState.Unresponsive) && open is { Type: not ConditionTypes.OwnNameValid }) ? step
        : status.Hold is { } hold ? new NextStep(NextStepCode.Held, $"keeps generation {hold.Generation} {Until(hold)}")
        : open is not null && OfK2hr3.Contains(open.Type) ? new NextStep(NextStepCode.AskK2hr3, $"asks K2HR3 again {At(status, now)}")
        : open is not null ? new NextStep(NextStepCode.TryAgain, $"tries {open.Type} again, with growing delays")
        : status.Conditions.FirstOrDefault(condition => condition.Status == ConditionStatus.Unknown) is { } unknown ? new NextStep(NextStepCode.Starting, $"goes on starting; {unknown.Type} is not known yet")
        : status.Connection.State == ConnectionStates.NotASlave ? new NextStep(NextStepCode.AskK2hr3, $"asks K2HR3 again {At(status, now)}, whether the role has become a slave node's")
        : new NextStep(NextStepCode.Watch, $"keeps polling chmpx, and asks K2HR3 {At(status, now)}");

    /// <summary>Where chmpx is not the agent's to restart.</summary>
    private static NextStep? OfUnmanagedChmpx(AgentStatus status) => status.Find(ConditionTypes.ServicesRunning)?.Reason switch
    {
        Reasons.ChmpxNotRunning => new NextStep(NextStepCode.External, "polls chmpx once a second; whoever runs chmpx has to start it"),
        Reasons.ChmpxRestartNeeded => new NextStep(NextStepCode.External, "goes on observing; whoever runs chmpx has to restart it"),
        Reasons.NoServiceManager => status.Connection.Reason switch
        {
            nameof(RingState.Partial) => new NextStep(NextStepCode.Ring, "asks those servers to tell the ring their status again"),
            nameof(RingState.Stranded) => new NextStep(NextStepCode.Ring, "finds out whether a listed server takes a connection"),
            nameof(RingState.Unresponsive) => new NextStep(NextStepCode.Ring, "polls chmpx once a second"),
            nameof(RingState.Loading) or Reasons.JustWritten => new NextStep(NextStepCode.Load, "polls chmpx until it has loaded this generation; else gives it another number"),
            _ => null,
        },
        _ => null,
    };

    private static NextStep? OfRing(string reason) => reason switch
    {
        nameof(RingState.Partial) => new NextStep(NextStepCode.RestartChmpx, "restarts chmpx with growing pauses while no program has the cluster open; else asks those servers to tell the ring their status again"),
        nameof(RingState.Stranded) => new NextStep(NextStepCode.RestartChmpx, "restarts chmpx as soon as a listed server takes a connection"),
        nameof(RingState.Unresponsive) => new NextStep(NextStepCode.RestartChmpx, "restarts chmpx when it has not answered for chmpx.answer_deadline"),
        nameof(RingState.Loading) or Reasons.JustWritten => new NextStep(NextStepCode.Load, "polls chmpx until it has loaded this generation; else gives it another number, then restarts chmpx"),
        nameof(RingState.NotAdmitted) => new NextStep(NextStepCode.Ring, "polls chmpx once a second, which connects to each server that is up and lists this slave"),
        nameof(RingState.Connecting) => new NextStep(NextStepCode.Ring, "asks one of the connected servers which of the others are up"),
        Reasons.HalfOpen => new NextStep(NextStepCode.Ring, "leaves it to the kernel, which tries those connections again, and to chmpx, which ends them"),
        _ => null,
    };

    private static string At(AgentStatus status, DateTimeOffset now) => status.K2hr3?.NextAttempt is { } next && next > now ? $"at {StatusText.Moment(next)}" : "in a moment";

    private static string Until(HoldStatus hold) => hold.Until is { } end ? $"until {StatusText.Moment(end)}, or resume" : "until k2hdkc-slave-agent resume";
}
