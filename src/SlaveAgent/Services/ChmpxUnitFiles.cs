using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Services;

/// <summary>Keeps the files by which this host's systemd runs chmpx, and programs find its configuration.</summary>
public sealed class ChmpxUnitFiles(HostRoot root, ChmpxDropIn dropIn, string iniPath, ChmpxSettings settings, TimeProvider time)
{
    private string ChangePath => root.Agent.ChmpxUnitChange;

    /// <summary>Writes what is not as it should be. Whether systemd has loaded it, and chmpx runs by it, is for others to observe.</summary>
    /// <returns>The last change to how chmpx is run, until it was forgotten; null when there was none in this boot.</returns>
    /// <exception cref="IOException">A file could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public UnitChange? Prepare()
    {
        // For EnvironmentFile= of a user's service: libchmpx finds its configuration by this variable.
        SystemFile.WriteIfDifferent(root.Agent.EnvironmentFile, $"CHMCONFFILE={iniPath}\n");
        var isWanted = settings.Supervision == Supervision.Direct && dropIn.IsForThisHost;
        if (isWanted ? dropIn.IsDifferent : dropIn.Exists)
        {
            // Before the drop-in itself: an agent that ends in between finds here what is still to be done. A package of Debian's starts its units when it
            // is installed: then the helper is at work already, in its first waits.
            NoteChange(needsRestart: !isWanted || !dropIn.Exists, isWanted);
            _ = isWanted ? dropIn.Write() : dropIn.Remove();
        }

        return StateFile.TryLoad(ChangePath, ServicesJson.Default.UnitChange);
    }

    /// <summary>
    /// chmpx was observed to run without its helper, as it is to: this agent was removed, its drop-in with it, and installed again. Programs use that chmpx, so
    /// what else the drop-in says waits for its next start.
    /// </summary>
    public UnitChange NoteRunsDirectly(UnitChange change)
    {
        change = change with { NeedsRestart = false };
        StateFile.Save(ChangePath, change, ServicesJson.Default.UnitChange);
        return change;
    }

    /// <summary>systemd was observed not to have loaded the files yet: a chmpx that was started until now runs by what they said before.</summary>
    /// <param name="observedAt">When that was asked, since the host's boot.</param>
    public UnitChange NoteNotLoaded(UnitChange change, TimeSpan observedAt)
    {
        change = change with { At = observedAt };
        try
        {
            StateFile.Save(ChangePath, change, ServicesJson.Default.UnitChange);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full /run must not keep systemd from being asked to load them.
        }

        return change;
    }

    /// <summary>chmpx was observed to run as its unit says.</summary>
    public void Forget() => RegularFile.Delete(root.Agent.ChmpxUnitChange);

    private void NoteChange(bool needsRestart, bool isDirect)
    {
        // A restart that is still due stays due.
        var isDue = StateFile.TryLoad(ChangePath, ServicesJson.Default.UnitChange) is { NeedsRestart: true };
        StateFile.Save(ChangePath, new UnitChange(time.GetElapsedTime(0), needsRestart || isDue, isDirect), ServicesJson.Default.UnitChange);
    }
}
