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
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException) when (File.Exists(path))
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

    public void Dispose() => _file.Dispose();
}
