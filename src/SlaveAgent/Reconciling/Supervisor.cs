using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Settings;

namespace SlaveAgent.Reconciling;

/// <summary>Prepares the host's systemd for chmpx and for the programs beside it, before the services are started.</summary>
public sealed class Supervisor(HostRoot root, ChmpxDropIn dropIn, string iniPath, ChmpxSettings settings, Systemctl systemctl)
{
    private bool IsRestartDue => File.Exists(root.At(AgentPaths.ChmpxRestartDue));

    /// <returns>What could not be done, in words; null when all is as it should be.</returns>
    public async Task<string?> PrepareAsync(CancellationToken cancel)
    {
        // For EnvironmentFile= of a user's service: libchmpx finds its configuration by this variable.
        SystemFile.WriteIfDifferent(root.At(AgentPaths.EnvironmentFile), $"CHMCONFFILE={iniPath}\n");
        var changed = settings.Supervision == Supervision.Direct && dropIn.IsForThisHost ? Write() : Remove();

        // Asked each time: a reload that failed, or an agent that ended before it, must not leave systemd with the old unit.
        if ((changed || await NeedsReloadAsync(cancel))
            && await systemctl.ReloadUnitsAsync(cancel) is { IsDone: false } notReloaded)
        {
            return $"systemctl daemon-reload failed: {notReloaded.LastLines()}";
        }

        return IsRestartDue ? await RestartAsync(cancel) : null;
    }

    private async Task<bool> NeedsReloadAsync(CancellationToken cancel) =>
        await systemctl.ShowAsync([settings.Unit], cancel) is { } shown && shown.TryGetValue(settings.Unit, out var status) && status.NeedsReload;

    private bool Write()
    {
        if (dropIn is { Exists: false, IsKnown: true })
        {
            // A package of Debian's starts its units when it is installed: then the helper is at work already, in its first waits.
            NoteRestartDue();
        }

        return dropIn.Write();
    }

    private bool Remove()
    {
        if (dropIn.Exists)
        {
            NoteRestartDue();
        }

        return dropIn.Remove();
    }

    /// <summary>Before the drop-in comes or goes: an agent that ends in between finds here what is still to be done.</summary>
    private void NoteRestartDue()
    {
        Directories.MakeOwn(root.At(AgentPaths.RuntimeDirectory));
        AtomicFile.Write(root.At(AgentPaths.ChmpxRestartDue), string.Empty, UnixFileMode.UserRead | UnixFileMode.UserWrite, durable: false);
    }

    private async Task<string?> RestartAsync(CancellationToken cancel)
    {
        if (await systemctl.TryRestartAsync(settings.Unit, cancel) is { IsDone: false } notRestarted)
        {
            return $"restarting {settings.Unit} failed: {notRestarted.LastLines()}";
        }

        root.Delete(AgentPaths.ChmpxRestartDue);
        return null;
    }
}
