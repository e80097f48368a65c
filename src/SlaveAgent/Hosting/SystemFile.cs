using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>A system file that everyone may read and only root may write.</summary>
internal static class SystemFile
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>The first line of a file that the agent may take away again.</summary>
    public const string Header = "# Written by k2hdkc-slave-agent.";

    /// <summary>Takes a file away that the agent wrote, and what belongs to it; another's file of the same name stays.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool RemoveOwn(HostRoot root, string path, string companion)
    {
        if (root.TryRead(path)?.StartsWith(Header, StringComparison.Ordinal) is not true)
        {
            return false;
        }

        root.Delete(path);
        root.Delete(companion);
        return true;
    }

    /// <returns>Whether the file was changed.</returns>
    public static bool WriteIfDifferent(string path, string content)
    {
        if (File.Exists(path) && RegularFile.ReadText(path) == content)
        {
            return false;
        }

        Directories.Make(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, content, ReadableByAll);
        return true;
    }
}
