using SlaveAgent.Files;

namespace SlaveAgent.Reconciling;

/// <summary>The hold that is in force, as its file says; commands write it, the daemon goes by it.</summary>
public sealed class HoldKeeper(HostRoot root, TimeProvider time)
{
    private FileVersion? _seen;
    private Hold? _kept;

    /// <summary>Null while there is none, or it is over. One system call while the file is the same.</summary>
    public Hold? Current
    {
        get
        {
            Refresh();
            return _kept is { } hold && !hold.IsOver(time.GetUtcNow()) ? hold : null;
        }
    }

    /// <summary>Nothing on this host may be changed.</summary>
    public bool IsPaused => Current is { Kind: HoldKind.Paused };

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Set(Hold hold) => StateFile.Save(root.Agent.Hold, hold, ReconcilingJson.Default.Hold);

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
