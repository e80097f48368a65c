namespace SlaveAgent.Files;

/// <summary>Reads and removes files that others may have replaced: opening a FIFO would wait for its writer, and a device may never end.</summary>
public static class RegularFile
{
    /// <summary>The text of a regular file, or of the target of a link.</summary>
    /// <exception cref="IOException">It does not exist, is not a regular file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string ReadText(string path) => FileStatus.OfTarget(path) is { Kind: not FileKind.Regular and var kind }
        ? throw new FileKindException(path, kind)
        : File.ReadAllText(path);

    /// <summary>The same, or null when it does not exist, is not a regular file, or cannot be read.</summary>
    public static string? TryRead(string path)
    {
        try
        {
            return ReadText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Removes it if it exists.</summary>
    public static void Delete(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }
}
