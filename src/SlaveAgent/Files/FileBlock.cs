namespace SlaveAgent.Files;

/// <summary>What keeps a file from being replaced, though permissions and space are there; stable, for programs.</summary>
public enum FileBlock
{
    /// <summary>A file system is mounted on the file itself, as by a bind mount.</summary>
    MountPoint,

    /// <summary>The file or its directory has the attribute <c>i</c> or <c>a</c> of chattr(1).</summary>
    Immutable,

    /// <summary>The file system has no access control lists, and without one who has to read the file cannot.</summary>
    NoAccessLists,
}
