using System.Globalization;

namespace SlaveAgent.Files;

/// <summary>An advisory lock (flock) on a file of the agent, released when disposed or when the process ends in any way.</summary>
public sealed class FileLock : IDisposable
{
    /// <summary>EWOULDBLOCK, flock's error when another process has the lock; .NET reports it as the HResult.</summary>
    private const int WouldBlock = 11;

    /// <summary>A user who can read a file can lock it and so block the agent.</summary>
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or returns null when another process holds it.</summary>
    /// <exception cref="IOException">The lock file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The lock file may not be opened.</exception>
    public static FileLock? TryTake(string path)
    {
        Directories.MakeOwn(Path.GetDirectoryName(path)!);
        // .NET takes an flock(LOCK_EX|LOCK_NB) for FileShare.None.
        var file = TryOpen(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        if (file is null)
        {
            return null;
        }

        try
        {
            AtomicFile.Write(
                PidFileOf(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture), OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead, durable: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // For information only; a full disk must not stop the agent.
        }

        return new FileLock(file);
    }

    /// <summary>Takes the lock of a long-lived owner; retries for half a second, because another process may just be checking whether it is held.</summary>
    /// <returns>Null when another process holds it.</returns>
    public static async Task<FileLock?> TryTakeForLongAsync(string path, TimeProvider time, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            await Task.Delay(PollInterval, time, cancel);
        }

        return null;
    }

    /// <summary>The process that holds the lock, or held it last; null when unknown.</summary>
    public static int? HolderOf(string path)
    {
        try
        {
            return int.TryParse(RegularFile.ReadText(PidFileOf(path)), out var pid) ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The holder for a message, as in <c> (process 12)</c>; empty when unknown.</summary>
    public static string HolderText(string path) => HolderOf(path) is { } pid ? $" (process {pid.ToString(CultureInfo.InvariantCulture)})" : string.Empty;

    /// <summary>As <see cref="HolderOf"/>, but only while that process is running; for users who may not lock.</summary>
    public static int? LivingHolderOf(string path) => HolderOf(path) is { } holder && Posix.IsAlive(holder) ? holder : null;

    /// <summary>Whether some process holds the lock now. Checked with a shared lock, which leaves the holder's process ID unchanged.</summary>
    public static bool IsHeld(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            using var shared = TryOpen(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return shared is null;
        }
        catch (UnauthorizedAccessException)
        {
            // Another user may not lock; the process ID is readable by everyone.
            return LivingHolderOf(path) is not null;
        }
    }

    /// <summary>Waits for a lock that is held for a short time only.</summary>
    /// <exception cref="LockHeldException">It was not released in time: its holder hangs or is stopped.</exception>
    public static async Task<FileLock> TakeAsync(string path, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (time.GetElapsedTime(began) >= timeout)
            {
                throw new LockHeldException(path, HolderOf(path), timeout);
            }

            await Task.Delay(PollInterval, time, cancel);
        }
    }

    private static FileStream? TryOpen(string path, FileMode mode, FileAccess access, FileShare share)
    {
        try
        {
            var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
            if (mode == FileMode.OpenOrCreate)
            {
                options.UnixCreateMode = OwnerOnly;
            }

            return new FileStream(path, options);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }
    }

    // A separate file, because .NET does not read a file that is locked exclusively.
    private static string PidFileOf(string path) => Path.ChangeExtension(path, ".pid");

    public void Dispose() => _file.Dispose();
}
