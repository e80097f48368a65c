using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Diagnosing;

/// <summary>Whether the agent runs, and what it says itself.</summary>
internal sealed class AgentCheck(DiagnosedHost host) : ICheck
{
    public string Name => CheckNames.Agent;

    public CheckGroup Group => CheckGroup.Host;

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<CheckResult>>([Check()]);

    private CheckResult Check()
    {
        var isUnit = host.Systemd.WhyAbsent is null;
        var journal = isUnit ? "journalctl -u k2hdkc-slave-agent -n 50" : "the log of whoever runs it";
        var holder = FileLock.LivingHolderOf(host.Root.Agent.DaemonLock);
        if (holder is null && host.IsNotASlave)
        {
            return CheckResult.Ok(Name, "none runs, as is right on a role that is no slave node's");
        }

        if (holder is null)
        {
            return CheckResult.Failed(Name, Reasons.NoAgent, "no agent runs on this host", $"{(isUnit ? "systemctl start k2hdkc-slave-agent" : "start k2hdkc-slave-agent run")}; {journal} tells why it ended");
        }

        return host.Status switch
        {
            null => CheckResult.Warning(Name, Reasons.NotObserved, $"process {holder} runs and has said nothing yet: it is starting, is paused, or waits for its identity", journal),
            { Connection.State: ConnectionStates.Disconnected } status => CheckResult.Failed(Name, status.Connection.Reason, $"it says: disconnected, {status.Connection.Message}", "the other checks, and k2hdkc-slave-agent status"),
            { Connection.State: ConnectionStates.Degraded } status => CheckResult.Warning(Name, status.Connection.Reason, $"it says: degraded, {status.Connection.Message}", $"the checks {CheckNames.ServerConnection} and {CheckNames.ServerState} tell of each server"),
            { Hold: not null } status => CheckResult.Ok(Name, $"process {holder} runs and says {status.Connection.State}; {status.Control.Message}"),
            { Control.State: not ControlStates.Current } status => CheckResult.Warning(Name, status.Control.Reason, $"it says: {status.Control.State}, {status.Control.Message}", "k2hdkc-slave-agent status"),
            var status => CheckResult.Ok(Name, $"process {holder} runs and says {status.Connection.State}"),
        };
    }
}
