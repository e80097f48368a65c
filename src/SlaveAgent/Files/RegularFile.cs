namespace SlaveAgent.Files;

/// <summary>Reads files that another hand may have replaced: to open a FIFO is to wait for its writer, and a device may never end.</summary>
public static class RegularFile
{
    /// <summary>The text of a regular file, or of the one that a link leads to.</summary>
    /// <exception cref="IOException">There is none, it is something else, or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string ReadText(string path) => FileStatus.OfTarget(path) is null or { Kind: FileKind.Regular }
        ? File.ReadAllText(path)
        : throw new IOException($"{path} is no regular file");
}
