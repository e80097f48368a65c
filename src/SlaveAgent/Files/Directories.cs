namespace SlaveAgent.Files;

/// <summary>Makes directories that everybody may enter and nobody but their owner writes, whatever the umask of who started the agent.</summary>
public static class Directories
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
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

            // mkdir(2) takes the umask off: of a root shell with 077, and chmpx's user could not reach his configuration.
            File.SetUnixFileMode(directory, Mode);
        }
    }

    /// <summary>Makes a directory of the agent's own, or refuses one in which another user could have put a link or a lock.</summary>
    /// <exception cref="IOException">It cannot be made, or is another user's.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
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
            throw new IOException($"{directory} must be a directory that only its owner writes, and its owner root or who runs the agent");
        }
    }
}
