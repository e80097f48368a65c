using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Reconciling;

/// <summary>
/// Verifies the connection and tells systemd when it is there: <c>k2hdkc-slave-ready.target</c> is started, and with it the services that require it.
/// Processes are started only when the connection comes or goes.
/// </summary>
/// <param name="follow">Whether the target is stopped when the connection is lost; else it stays once it was reached.</param>
public sealed class AnnounceReadyStep(VerifyConnectionStep verify, Systemctl systemctl, HostRoot root, bool follow) : IStep
{
    private bool? _told;

    public Steps Kind => verify.Kind;

    public string Name => verify.Name;

    public bool AsksK2hr3 => verify.AsksK2hr3;

    public TimeSpan Patience => verify.Patience;

    public async Task<StepOutcome> RunAsync(CancellationToken cancel)
    {
        var outcome = await verify.RunAsync(cancel);
        var connected = verify.IsReady;
        if (connected != _told && AgentUnits.FindFile(root, AgentUnits.Ready) is not null)
        {
            if (connected)
            {
                await ReachAsync(cancel);
            }
            else if (follow && _told is true)
            {
                await systemctl.StopSoonAsync(AgentUnits.Ready, cancel);
            }
        }

        _told = connected;
        return outcome;
    }

    private async Task ReachAsync(CancellationToken cancel)
    {
        if (await systemctl.StateAsync(AgentUnits.Ready, cancel) == "active")
        {
            return;
        }

        // A service that was to start while the target could not be reached yet, as in a first boot before the host had an identity,
        // was given up by systemd with "dependency failed" and is not tried again by the target's start alone.
        await systemctl.StartAsync(AgentUnits.Ready, cancel);
        foreach (var unit in await systemctl.RequiredByAsync(AgentUnits.Ready, cancel))
        {
            if (await systemctl.IsEnabledAsync(unit, cancel))
            {
                await systemctl.StartAsync(unit, cancel);
            }
        }
    }
}
