namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>What inotify tells of the watched inode.</summary>
[Flags]
internal enum FileEvents
{
    None = 0,
    Modified = 1,

    /// <summary>Deleted, or moved away: chmpx looks for a new file of that name.</summary>
    Gone = 2,
}
