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
            : ring.View is null ? new Outcome.Waiting("chmpx does not run, or does not answer; whoever runs it has to start it", Recheck) { Reason = Reasons.ChmpxNotRunning }
            : new Outcome.NothingToDo($"chmpx runs; {left}") { Reason = Reasons.NoServiceManager };
    }
}
