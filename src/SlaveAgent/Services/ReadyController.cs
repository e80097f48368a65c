using System.Collections.Immutable;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Services;

/// <summary>
/// Tells systemd that the connection is there: has <c>k2hdkc-slave-ready.target</c> started, and the services that require it, until each was seen to have
/// started. After that no process is run for it, and what somebody stops stays stopped.
/// </summary>
/// <param name="isConnected">Whether programs may start; null while that is not known.</param>
/// <param name="follow">Whether the target is stopped when the connection is lost; else it stays once it was reached.</param>
public sealed class ReadyController(Func<bool?> isConnected, ISystemd systemd, HostRoot root, bool follow, TimeProvider time) : IController
{
    private static readonly TimeSpan FirstRecheck = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRecheck = TimeSpan.FromSeconds(60);

    private readonly UnitRequester _requests = new(systemd, time);
    private ReadyMemory _memory = ReadyMemory.Load(root);
    private ReadyMemory? _complete;
    private int _rechecks;

    public ControllerKinds Kind => ControllerKinds.Ready;

    public string Name => "ready target";

    public Lane Lane => Lane.Ready;

    public TimeSpan WatchdogLimit => TimeSpan.FromHours(1);

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        if (systemd.WhyAbsent is { } why)
        {
            return new Outcome.NothingToDo($"there is no {AgentUnits.Ready}, because {why}; k2hdkc-slave-agent wait says whether programs may start") { Reason = Reasons.NoServiceManager };
        }

        if (AgentUnits.FindFile(root, AgentUnits.Ready) is null)
        {
            return new Outcome.NothingToDo($"{AgentUnits.Ready} is not on this host") { Reason = Reasons.NoTarget };
        }

        if (isConnected() is not { } isReady)
        {
            return new Outcome.NothingToDo("whether chmpx is connected is not known yet") { Reason = Reasons.NotObserved };
        }

        if (isReady ? _complete is not null : !follow || _memory is { IsTargetDone: false, IsLeaving: false })
        {
            return isReady ? Reached() : NotConnected();
        }

        if (await systemd.ShowAsync([AgentUnits.Ready], cancel) is not { } shown || shown.GetValueOrDefault(AgentUnits.Ready) is not { } target)
        {
            return new Outcome.Failed($"systemd does not tell the state of {AgentUnits.Ready}") { Reason = Reasons.SystemdUnreachable };
        }

        IReadOnlyCollection<UnitStatus> dependents = isReady && !target.Dependents.IsEmpty ? [.. (await systemd.ShowAsync(target.Dependents, cancel))?.Values ?? []] : [];
        var (memory, wanted) = isReady ? ReadyPlan.Reach(_memory, target, dependents) : ReadyPlan.Leave(target, time.GetElapsedTime(0));
        Keep(memory);
        _complete = isReady && dependents.Count == target.Dependents.Length && ReadyPlan.IsComplete(memory, dependents) ? memory : null;
        return wanted.IsEmpty && (_complete is not null || !isReady) ? isReady ? Reached() : NotConnected() : await RequestAsync(wanted, cancel);
    }

    private static Outcome.Unchanged Reached() => new($"{AgentUnits.Ready} was reached");

    private static Outcome.NothingToDo NotConnected() => new($"{AgentUnits.Ready} waits for the connection") { Reason = Reasons.NotConnected };

    private async Task<Outcome> RequestAsync(ImmutableArray<UnitAction> wanted, CancellationToken cancel)
    {
        var (sent, failures) = await _requests.SendDueAsync(wanted, cancel);
        _rechecks = sent.IsEmpty ? _rechecks + 1 : 0;
        if (_memory.IsLeaving && failures.IsEmpty && sent.Any(action => action.Kind == UnitActionKind.Start))
        {
            Keep(_memory with { IsLeaving = false });
        }

        return failures.Length > 0
            ? new Outcome.Failed(string.Join("; ", failures)) { Reason = Reasons.UnitsFailing }
            : new Outcome.Waiting(
                sent.IsEmpty ? "waiting for systemd to start what requires the target" : $"requested: {string.Join(", ", sent)}", RetryDelay.Doubled(FirstRecheck, _rechecks, LongestRecheck))
            {
                Reason = Reasons.UnitsChanging,
            };
    }

    private void Keep(ReadyMemory memory)
    {
        if (!memory.SaysTheSame(_memory))
        {
            _memory = memory;
            try
            {
                memory.Save(root);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What is observed is acted on all the same; only an agent that is started again observes it again.
            }
        }
    }
}
