using System.Globalization;

namespace SlaveAgent.Files;

/// <summary>An advisory lock (flock) on a file of the agent's, let go when disposed or when the process dies in whatever way.</summary>
public sealed class FileLock : IDisposable
{
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or answers null when another process holds it.</summary>
    /// <exception cref="UnauthorizedAccessException">The lock file may not be opened.</exception>
    public static FileLock? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            // .NET takes an flock(LOCK_EX|LOCK_NB) for FileShare.None.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            NoteHolder(path);
            return new FileLock(file);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>The process that holds the lock, or held it last; null when it cannot be told.</summary>
    public static int? HolderOf(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(PidFileOf(path)), out var pid) ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether some process holds the lock now.</summary>
    public static bool IsHeld(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var taken = TryTake(path);
        return taken is null;
    }

    /// <summary>Waits for the lock, as long as the caller lets it.</summary>
    public static async Task<FileLock> TakeAsync(string path, TimeProvider time, CancellationToken cancel)
    {
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancel);
        }
    }

    private static void NoteHolder(string path)
    {
        try
        {
            File.WriteAllText(PidFileOf(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The lock is what counts; without the note, as on a full disk, its holder just cannot be named.
        }
    }

    // Beside the lock, because .NET lets nobody read a file that is locked exclusively.
    private static string PidFileOf(string path) => Path.ChangeExtension(path, ".pid");

    public void Dispose() => _file.Dispose();
}
