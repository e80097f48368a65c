using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>A file of the identity: always complete, readable by its owner only, in a directory of the agent.</summary>
internal static class IdentityFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="IOException">It could not be written; the old file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, string text)
    {
        Directories.MakeOwn(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, text, OwnerOnly, keepOwner: false);
    }
}
