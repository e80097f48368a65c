using System.Runtime.InteropServices;

namespace SlaveAgent.Files;

/// <summary>What a path is, without following a symbolic link unless asked to.</summary>
/// <param name="Kind">Regular file, symbolic link and so on.</param>
/// <param name="Mode">The permission bits.</param>
/// <param name="User">Numeric owner.</param>
/// <param name="Group">Numeric group.</param>
/// <param name="Links">Hard links to the inode. More than one blinds chmpx to a rename (Chmpx/README.md, "Reload").</param>
/// <param name="Version">Changes whenever the file was written or replaced.</param>
public sealed record FileStatus(FileKind Kind, UnixFileMode Mode, uint User, uint Group, uint Links, FileVersion Version)
{
    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;

    /// <summary>When the inode last changed (ctime): also when the file was renamed to its path, which leaves the time of its contents as it was.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>It belongs to the user who runs the agent.</summary>
    public bool IsOwn => User == Posix.EffectiveUser();

    /// <summary>The path's status, or null when nothing is there.</summary>
    /// <exception cref="IOException">The path cannot be looked at.</exception>
    public static FileStatus? Of(string path) => Of(path, Posix.NoFollow);

    /// <summary>As <see cref="Of(string)"/>, of what a symbolic link leads to.</summary>
    /// <exception cref="IOException">The path cannot be looked at.</exception>
    public static FileStatus? OfTarget(string path) => Of(path, 0);

    private static FileStatus? Of(string path, int flags)
    {
        if (Posix.StatX(Posix.CurrentDirectory, path, flags, Posix.BasicStats, out var s) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is NoSuchFile or NotADirectory
                ? null
                : throw new IOException($"{path} cannot be looked at: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        return new FileStatus(
            KindOf(s.Mode),
            (UnixFileMode)(s.Mode & 0xfff),
            s.User,
            s.Group,
            s.Links,
            new FileVersion(s.Inode, s.Size, s.ModifiedSeconds, s.ModifiedNanoseconds))
        {
            ChangedAt = DateTimeOffset.FromUnixTimeSeconds(s.ChangedSeconds).AddTicks(s.ChangedNanoseconds / 100),
        };
    }

    private static FileKind KindOf(ushort mode) => (mode & 0xf000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Directory,
        0xa000 => FileKind.SymbolicLink,
        0x1000 => FileKind.Fifo,
        0xc000 => FileKind.Socket,
        _ => FileKind.Device,
    };
}
