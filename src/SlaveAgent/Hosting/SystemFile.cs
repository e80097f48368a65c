using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>A system file that everyone may read and only root may write.</summary>
internal static class SystemFile
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

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
