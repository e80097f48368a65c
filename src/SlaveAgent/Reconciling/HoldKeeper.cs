using SlaveAgent.Files;

namespace SlaveAgent.Reconciling;

/// <summary>What a person said is to be left alone, as its file says; commands write it, the daemon goes by it.</summary>
public sealed class HoldKeeper(HostRoot root, TimeProvider time)
{
    private FileVersion? _seen;
    private Hold? _kept;

    /// <summary>Null while there is none, or it is over; of a pause and a hold the pause. One system call while the file is the same.</summary>
    public Hold? Current
    {
        get
        {
            Refresh();
            return _kept?.At(time.GetUtcNow());
        }
    }

    /// <summary>Nothing on this host may be changed.</summary>
    public bool IsPaused => Current is { Kind: HoldKind.Paused };

    /// <summary>Takes the place of an earlier one of its kind; a pause and a hold of the configuration are in force side by side.</summary>
    /// <returns>All that is in force now.</returns>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public Hold Set(Hold hold)
    {
        var (paused, held) = Current is { Kind: HoldKind.Paused } pause ? (pause, pause.Held) : (null, Current);
        var all = hold.Kind == HoldKind.Paused ? hold with { Held = held } : paused is null ? hold : paused with { Held = hold };
        StateFile.Save(root.Agent.Hold, all, ReconcilingJson.Default.Hold);
        return all;
    }

    /// <summary>Of all that is in force.</summary>
    /// <exception cref="IOException">It could not be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be removed.</exception>
    public void End() => RegularFile.Delete(root.Agent.Hold);

    private void Refresh()
    {
        FileVersion? version;
        try
        {
            version = FileStatus.Of(root.Agent.Hold) is { Kind: FileKind.Regular } status ? status.Version : null;
        }
        catch (IOException)
        {
            // What cannot be examined is as it was.
            return;
        }

        if (version != _seen)
        {
            (_seen, _kept) = (version, version is null ? null : StateFile.TryLoad(root.Agent.Hold, ReconcilingJson.Default.Hold));
        }
    }
}
