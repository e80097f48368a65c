namespace SlaveAgent.Files;

/// <summary>Reads files that others may have replaced: opening a FIFO would wait for its writer, and a device may never end.</summary>
public static class RegularFile
{
    /// <summary>The text of a regular file, or of the target of a link.</summary>
    /// <exception cref="IOException">It does not exist, is not a regular file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string ReadText(string path) => FileStatus.OfTarget(path) is { Kind: not FileKind.Regular and var kind }
        ? throw new FileKindException(path, kind)
        : File.ReadAllText(path);
}
