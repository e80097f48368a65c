using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;

namespace SlaveAgent.Services;

/// <summary>In place of <see cref="ServiceController"/> where there is no systemd: chmpx and the role's services are run by somebody else, and are only observed.</summary>
/// <param name="whyUnmanaged">Why there is no systemd, as a part of a sentence.</param>
public sealed class UnmanagedServicesController(RoleMemory role, ConfigurationFile file, RingMemory ring, string whyUnmanaged) : IController
{
    /// <summary>Whether chmpx is back is seen by the controller of the connection; here it is only reported.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    /// <summary>Of which chmpx, in which state, it was last seen that it has to be restarted; null when of none.</summary>
    private (ChmpxProcess? Process, RingState State)? _needsRestart;

    public ControllerKinds Kind => ControllerKinds.Services;

    public string Name => "services";

    public Lane Lane => Lane.Services;

    public TimeSpan WatchdogLimit => TimeSpan.FromMinutes(5);

    public Task<Outcome> RunAsync(CancellationToken cancel) => Task.FromResult(Observe());

    private Outcome Observe()
    {
        var isSlaveNode = role.IsSlaveNode ?? file.IsThere;
        if (role.KeysFor(isSlaveNode) is not { } keys)
        {
            return new Outcome.Waiting("which services the role lists is not known yet") { Reason = Reasons.RoleUnknown };
        }

        var units = keys.Units.Count == 0 ? string.Empty : $"; of the role's services none is started: {Printable.Of(keys.Units)}";
        var left = $"whoever runs this host runs its services, because {whyUnmanaged}{units}";
        return !isSlaveNode ? new Outcome.NothingToDo(left) { Reason = Reasons.NoServiceManager }
            : !file.IsThere ? new Outcome.Waiting("there is no configuration yet for chmpx to start with") { Reason = Reasons.NoConfiguration }
            : NeedsRestart() ? new Outcome.Waiting("chmpx has to be restarted, by whoever runs it; the connection tells why", Recheck) { Reason = Reasons.ChmpxRestartNeeded }
            : ring.View is null ? new Outcome.Waiting("chmpx does not run, or does not answer; whoever runs it has to start it", Recheck) { Reason = Reasons.ChmpxNotRunning }
            : new Outcome.NothingToDo($"chmpx runs; {left}") { Reason = Reasons.NoServiceManager };
    }

    /// <summary>The connection is judged again with each answer of a server, and each probe that grows old: what was needed stays so while the same chmpx is in the same state.</summary>
    private bool NeedsRestart()
    {
        var isNeeded = ring.Verdict is { NeedsExternalRestart: true } && (ring.View is not null || !ring.RestartNeeds.IsEmpty);
        var now = (ring.View?.Process, ring.Verdict?.State ?? default);
        _needsRestart = isNeeded || (ring.View is not null && _needsRestart == now) ? now : null;
        return _needsRestart is not null;
    }
}
