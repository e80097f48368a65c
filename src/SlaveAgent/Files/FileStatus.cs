using System.Runtime.InteropServices;

namespace SlaveAgent.Files;

/// <summary>The status of a path; symbolic links are followed only on request.</summary>
/// <param name="Kind">Regular file, symbolic link and so on.</param>
/// <param name="Mode">The permission bits.</param>
/// <param name="User">Numeric owner.</param>
/// <param name="Group">Numeric group.</param>
/// <param name="Links">Hard links to the inode. With more than one, chmpx does not notice a rename (Chmpx/README.md, "Reload").</param>
/// <param name="Version">Changes whenever the file is written or replaced.</param>
public sealed record FileStatus(FileKind Kind, UnixFileMode Mode, uint User, uint Group, uint Links, FileVersion Version)
{
    /// <summary>Others than the owner may write.</summary>
    public const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;

    /// <summary>When the inode last changed (ctime), also by a rename, which does not change the modification time.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>It cannot be replaced because of <c>chattr +i</c> or <c>+a</c>, or could not, being a directory, lose a file.</summary>
    public bool IsImmutable { get; init; }

    /// <summary>A file system is mounted on it.</summary>
    public bool IsMountPoint { get; init; }

    /// <summary>It belongs to the user who runs the agent.</summary>
    public bool IsOwn => User == Posix.EffectiveUser();

    /// <summary>The path's status, or null when it does not exist.</summary>
    /// <exception cref="IOException">The status cannot be read.</exception>
    public static FileStatus? Of(string path) => Of(path, Posix.NoFollow);

    /// <summary>As <see cref="Of(string)"/>, but of the target of a symbolic link.</summary>
    /// <exception cref="IOException">The status cannot be read.</exception>
    public static FileStatus? OfTarget(string path) => Of(path, 0);

    private static FileStatus? Of(string path, int flags)
    {
        if (Posix.StatX(Posix.CurrentDirectory, path, flags, Posix.BasicStats, out var s) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is NoSuchFile or NotADirectory
                ? null
                : throw new IOException($"{path} cannot be examined: {Marshal.GetPInvokeErrorMessage(error)}");
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
            IsImmutable = (s.Attributes & Posix.ImmutableAttributes) != 0,
            IsMountPoint = (s.Attributes & Posix.MountRoot) != 0,
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
