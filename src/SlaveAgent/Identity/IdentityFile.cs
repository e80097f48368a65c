using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>A file of the identity: whole at every instant, for its owner's eyes only, in a directory of the agent's own.</summary>
internal static class IdentityFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="IOException">It could not be written; what was there before is.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, string text)
    {
        Directories.MakeOwn(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, text, OwnerOnly, keepOwner: false);
    }
}
