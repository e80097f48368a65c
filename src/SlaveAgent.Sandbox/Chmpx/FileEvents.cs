namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>What inotify reports about the watched inode.</summary>
[Flags]
internal enum FileEvents
{
    None = 0,
    Modified = 1,

    /// <summary>Deleted or moved away: chmpx then waits for a new file of that name.</summary>
    Gone = 2,
}
