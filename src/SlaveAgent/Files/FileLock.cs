using System.Globalization;

namespace SlaveAgent.Files;

/// <summary>An advisory lock (flock) on a file of the agent's, let go when disposed or when the process dies in whatever way.</summary>
public sealed class FileLock : IDisposable
{
    /// <summary>EWOULDBLOCK, by which flock says that another process has it; .NET passes it on as the HResult.</summary>
    private const int WouldBlock = 11;

    /// <summary>Whoever can read a file can lock it: another user could keep the agent from working for ever.</summary>
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or answers null when another process holds it.</summary>
    /// <exception cref="IOException">The lock file cannot be made.</exception>
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
            // Only a courtesy to whoever meets the lock; a full disk must not keep the agent from working.
        }

        return new FileLock(file);
    }

    /// <summary>Takes the lock of a long-lived owner; looks again for a moment, because somebody may only be asking whether it is held.</summary>
    /// <returns>Null when another process keeps it.</returns>
    public static async Task<FileLock?> TryTakeForLongAsync(string path, TimeProvider time, CancellationToken cancel)
    {
        for (var look = 0; look < 10; look++)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            await Task.Delay(BetweenLooks, time, cancel);
        }

        return null;
    }

    /// <summary>The process that holds the lock, or held it last; null when it cannot be told.</summary>
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

    /// <summary>The holder for a message, as in <c> (process 12)</c>; empty when it cannot be told.</summary>
    public static string HolderWords(string path) => HolderOf(path) is { } pid ? $" (process {pid.ToString(CultureInfo.InvariantCulture)})" : string.Empty;

    /// <summary>As <see cref="HolderOf"/>, while that process lives; for who may not lock.</summary>
    public static int? LivingHolderOf(string path) => HolderOf(path) is { } holder && Posix.IsAlive(holder) ? holder : null;

    /// <summary>Whether some process holds the lock now. Asks with a shared lock, which leaves the holder's number as it is.</summary>
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
            // Another user asks, who may not lock; the number is for everybody.
            return LivingHolderOf(path) is not null;
        }
    }

    /// <summary>Waits for the lock of somebody who holds it for a moment only.</summary>
    /// <exception cref="IOException">It was not let go in time: its holder hangs or was stopped.</exception>
    public static async Task<FileLock> TakeAsync(string path, TimeSpan patience, TimeProvider time, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (time.GetElapsedTime(began) >= patience)
            {
                throw new IOException($"{path} is held by process {HolderOf(path)?.ToString(CultureInfo.InvariantCulture) ?? "?"} for longer than {patience.TotalSeconds:0} s");
            }

            await Task.Delay(BetweenLooks, time, cancel);
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

    // Beside the lock, because .NET lets nobody read a file that is locked exclusively.
    private static string PidFileOf(string path) => Path.ChangeExtension(path, ".pid");

    public void Dispose() => _file.Dispose();
}
