using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace SlaveAgent.Files;

/// <summary>
/// Replaces a file so that its path always holds either the complete old or the complete new file, even after a crash:
/// staged beside it with the final owner, mode and attributes, synced, renamed over it or exchanged with it, the directory synced. Nothing stays open
/// (a descriptor left open on the old inode would hide the change from chmpx: Chmpx/README.md, "Reload").
/// </summary>
public static class AtomicFile
{
    private const string Suffix = ".stage";

    /// <summary>
    /// The stage of this process and thread: two writers of the same file must not rename each other's partly written stage.
    /// The name identifies the writer, so that a stage left by a crash is found and removed.
    /// </summary>
    public static string StageOf(string path) => Path.Join(
        Path.GetDirectoryName(path),
        string.Create(CultureInfo.InvariantCulture, $".{Path.GetFileName(path)}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}{Suffix}"));

    /// <summary>Writes <paramref name="content"/> as UTF-8 without a byte order mark (chmpx exits on one).</summary>
    /// <param name="mode">Exact permission bits, set before the first byte is written.</param>
    /// <param name="durable">False for content that may be lost in a power failure, such as a status that is rewritten anyway.</param>
    /// <param name="keepOwner">False for a file that must belong to the agent, regardless of its creator.</param>
    /// <param name="exchange">
    /// For a file whose inode is watched, as by chmpx: stage and file are exchanged where the file system supports it, and the old file is removed under
    /// the stage's name. The watcher is notified of the move even where another hard link or an open descriptor keeps the old inode alive; it is not notified of a
    /// rename over the file then. A crash in between leaves the old file as a stale stage.
    /// </param>
    /// <param name="readers">Who has to be able to read it whatever the mode says; they are named in its access control list.</param>
    /// <returns>Whether they were exchanged.</returns>
    /// <exception cref="FileBlockedException">The file or its file system keeps it from being replaced.</exception>
    /// <exception cref="IOException">The path is a link or not a regular file, or writing failed; the old file is unchanged then.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    public static bool Write(string path, string content, UnixFileMode mode, bool durable = true, bool keepOwner = true, bool exchange = false, FileReaders readers = default)
    {
        var before = FileStatus.Of(path);
        if (before is { Kind: not FileKind.Regular })
        {
            throw new FileKindException(path, before.Kind);
        }

        RemoveStaleStages(Path.GetDirectoryName(path)!, Path.GetFileName(path));
        var stage = StageOf(path);
        bool exchanged;
        try
        {
            Stage(stage, Encoding.UTF8.GetBytes(content), mode, keepOwner ? before : null, durable, path, readers);
            exchanged = exchange && before is not null && TryExchange(stage, path);
            if (!exchanged)
            {
                File.Move(stage, path, overwrite: true);
            }
        }
        catch (Exception e)
        {
            TryDelete(stage);
            if (e is IOException or UnauthorizedAccessException && WhyBlocked(path, e) is { } blocked)
            {
                throw blocked;
            }

            throw;
        }

        if (exchanged)
        {
            TryDelete(stage);
        }

        if (durable)
        {
            SyncDirectory(Path.GetDirectoryName(path)!);
        }

        return exchanged;
    }

    /// <summary>The kernel says no more than "busy" and "not permitted".</summary>
    private static FileBlockedException? WhyBlocked(string path, Exception error)
    {
        var directory = Path.GetDirectoryName(path)!;
        return FileStatus.Of(path) is { IsMountPoint: true }
            ? new FileBlockedException(FileBlock.MountPoint, $"{path} is a mount point of its own (a bind mount) and cannot be replaced; mount its directory {directory} instead", error)
            : new[] { path, directory }.FirstOrDefault(name => FileStatus.Of(name) is { IsImmutable: true }) is { } immutable
            ? new FileBlockedException(FileBlock.Immutable, $"{path} cannot be replaced because {immutable} is immutable; allow it by chattr -i -a {immutable}", error)
            : null;
    }

    // On any error a rename is tried: it works on a file system that cannot exchange files, and reports any other error itself.
    private static bool TryExchange(string stage, string path) =>
        Posix.Rename(Posix.CurrentDirectory, stage, Posix.CurrentDirectory, path, Posix.Exchange) == 0;

    /// <summary>Removes the stages that killed writers left in a directory, but not those of running writers.</summary>
    /// <param name="names">The name of the file, or <c>*</c> for all.</param>
    /// <returns>Whether any was found.</returns>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be read.</exception>
    public static bool RemoveStaleStages(string directory, string names)
    {
        if (!Directory.Exists(directory))
        {
            return false;
        }

        var stale = Directory.EnumerateFiles(directory, $".{names}.*{Suffix}").Where(IsStale).ToList();
        stale.ForEach(TryDelete);
        return stale.Count > 0;
    }

    private static bool IsStale(string stage)
    {
        var parts = Path.GetFileName(stage)[..^Suffix.Length].Split('.')[^1].Split('-');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var thread)
            && (process == Environment.ProcessId ? thread == Environment.CurrentManagedThreadId : !Posix.IsAlive(process));
    }

    private static void Stage(string stage, byte[] bytes, UnixFileMode mode, FileStatus? before, bool durable, string path, FileReaders readers)
    {
        // CreateNew is O_CREAT|O_EXCL: a link planted under the stage's name is refused, not followed.
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = mode & (UnixFileMode.UserRead | UnixFileMode.UserWrite),
            BufferSize = 0,
        };
        using var file = new FileStream(stage, options);
        if (before is not null)
        {
            KeepOwner(file, before);
        }

        // After the owner, because changing the owner may clear bits; the mode given at creation is narrowed by the umask.
        File.SetUnixFileMode(file.SafeFileHandle, mode);
        if (before is not null)
        {
            ExtendedAttributes.Copy(path, file.SafeFileHandle);
        }

        SetAccess(stage, mode, before is null ? stage : path, readers);
        file.Write(bytes);
        if (durable)
        {
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>A new file has what its directory gives, an old one keeps what it had.</summary>
    private static void SetAccess(string stage, UnixFileMode mode, string like, FileReaders readers)
    {
        var list = (ExtendedAttributes.AccessListOf(like) ?? AccessList.Of(mode)).With(mode).With(readers);
        if (list.SaysMoreThanMode || ExtendedAttributes.AccessListOf(stage) is not null)
        {
            ExtendedAttributes.SetAccessList(stage, list);
        }
    }

    private static void KeepOwner(FileStream file, FileStatus before)
    {
        var now = FileStatus.Of(file.Name);
        if (now is null || (now.User == before.User && now.Group == before.Group))
        {
            return;
        }

        if (Posix.ChangeOwner(file.SafeFileHandle, before.User, before.Group) != 0)
        {
            throw new IOException($"{file.Name} cannot be changed to owner {before.User}:{before.Group} ({Marshal.GetLastPInvokeErrorMessage()})");
        }
    }

    private static void SyncDirectory(string directory)
    {
        var descriptor = Posix.Open(directory, Posix.OpenDirectory);
        if (descriptor < 0)
        {
            throw new IOException($"{directory} cannot be opened for fsync ({Marshal.GetLastPInvokeErrorMessage()})");
        }

        var failed = Posix.Sync(descriptor) != 0 ? Marshal.GetLastPInvokeErrorMessage() : null;
        _ = Posix.Close(descriptor);
        if (failed is not null)
        {
            throw new IOException($"{directory} cannot be synced ({failed})");
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // The original exception is the one to report; the next writer removes the stage.
        }
        catch (UnauthorizedAccessException)
        {
        }
    }
}
