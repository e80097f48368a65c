using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Settings;

namespace SlaveAgent.Reconciling;

/// <summary>Prepares the host's systemd for chmpx and for the programs beside it, before the services are started.</summary>
public sealed class Supervisor(HostRoot root, ChmpxDropIn dropIn, string iniPath, ChmpxSettings settings, Systemctl systemctl)
{
    /// <returns>What could not be done, in words; null when all is as it should be.</returns>
    public async Task<string?> PrepareAsync(CancellationToken cancel)
    {
        // For EnvironmentFile= of a user's service: libchmpx finds its configuration by this variable (k2hdkc-dbaas.md).
        SystemFile.WriteIfDifferent(root.At(AgentPaths.EnvironmentFile), $"CHMCONFFILE={iniPath}\n");
        var wasThere = dropIn.IsThere;
        var changed = settings.Supervision == Supervision.Direct && dropIn.IsForThisHost ? dropIn.Write() : dropIn.Remove();
        if (!changed)
        {
            return null;
        }

        if (await systemctl.ReloadUnitsAsync(cancel) is { IsDone: false } notReloaded)
        {
            return $"systemctl daemon-reload failed: {notReloaded.LastLines()}";
        }

        // A package of Debian's starts its units when it is installed: then the helper is at work already, in its first waits.
        return wasThere != dropIn.IsThere
            && await systemctl.TryRestartAsync(settings.Unit, cancel) is { IsDone: false } notRestarted
            ? $"restarting {settings.Unit} failed: {notRestarted.LastLines()}"
            : null;
    }
}
