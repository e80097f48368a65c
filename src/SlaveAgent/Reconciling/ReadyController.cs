using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Reconciling;

/// <summary>
/// Verifies the connection and tells systemd when it is there: <c>k2hdkc-slave-ready.target</c> is started, and with it the services that require it, until the
/// target was seen active; after that it is left alone, also when somebody stops it. Processes are started only while that is open.
/// </summary>
/// <param name="follow">Whether the target is stopped when the connection is lost; else it stays once it was reached.</param>
public sealed class ReadyController(ConnectionController verify, Systemctl systemctl, HostRoot root, bool follow, TimeProvider time) : IController
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    /// <summary>What was last seen of the target, or null while it is to be found out; what was asked for is no proof of it.</summary>
    private bool? _isActive;
    private int _tries;
    private long _triedAt;

    public ControllerKinds Kind => verify.Kind;

    public string Name => verify.Name;

    public bool AsksK2hr3 => verify.AsksK2hr3;

    public TimeSpan WatchdogLimit => verify.WatchdogLimit;

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        var outcome = await verify.RunAsync(cancel);
        if (AgentUnits.FindFile(root, AgentUnits.Ready) is null)
        {
            return outcome;
        }

        if (verify.IsReady && _isActive is not true && IsDue)
        {
            NoteTry();
            _isActive = await ReachAsync(cancel) ? true : null;
            _tries = _isActive is true ? 0 : _tries;
        }
        else if (!verify.IsReady && follow && _isActive is true && IsDue)
        {
            NoteTry();
            await systemctl.StopSoonAsync(AgentUnits.Ready, cancel);
            _isActive = await systemctl.StateAsync(AgentUnits.Ready, cancel) is "active";
            _tries = _isActive is true ? _tries : 0;
        }

        return outcome;
    }

    private bool IsDue => _tries == 0 || time.GetElapsedTime(_triedAt) >= RetryDelay.Doubled(FirstPause, _tries - 1, LongestPause);

    private void NoteTry()
    {
        _tries++;
        _triedAt = time.GetTimestamp();
    }

    /// <returns>Whether the target is active.</returns>
    private async Task<bool> ReachAsync(CancellationToken cancel)
    {
        if (await systemctl.StateAsync(AgentUnits.Ready, cancel) == "active")
        {
            return true;
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

        return false;
    }
}
