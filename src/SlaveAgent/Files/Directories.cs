namespace SlaveAgent.Files;

/// <summary>Creates directories that everyone may enter and only their owner may write, regardless of the umask.</summary>
public static class Directories
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created.</exception>
    public static void Make(string directory)
    {
        // .NET gives the mode to the last directory only.
        if (Path.GetDirectoryName(directory) is { Length: > 0 } parent && !Directory.Exists(parent))
        {
            Make(parent);
        }

        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, Mode);

            // mkdir(2) applies the umask: with 077, as in some root shells, chmpx's user could not read its configuration.
            File.SetUnixFileMode(directory, Mode);
        }
    }

    /// <summary>Creates a directory of the agent, or refuses one in which another user could have placed a link or a lock.</summary>
    /// <exception cref="UnsafeDirectoryException">It belongs to another user, or others may write it.</exception>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created.</exception>
    public static void MakeOwn(string directory)
    {
        var status = FileStatus.Of(directory);
        if (status is null)
        {
            Make(directory);
            status = FileStatus.Of(directory);
        }

        if (status is not { Kind: FileKind.Directory } || !(status.User == 0 || status.IsOwn) || status.Mode.HasFlag(UnixFileMode.OtherWrite))
        {
            throw new UnsafeDirectoryException(directory);
        }
    }
}
