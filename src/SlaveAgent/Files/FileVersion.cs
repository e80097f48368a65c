namespace SlaveAgent.Files;

/// <summary>Tells whether a file is still the one that was looked at before; compared as a value.</summary>
public readonly record struct FileVersion(ulong Inode, ulong Size, long ModifiedSeconds, uint ModifiedNanoseconds);
