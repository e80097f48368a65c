namespace SlaveAgent.Files;

/// <summary>Identifies the version of a file, to detect changes; compared by value.</summary>
public readonly record struct FileVersion(ulong Inode, ulong Size, long ModifiedSeconds, uint ModifiedNanoseconds);
