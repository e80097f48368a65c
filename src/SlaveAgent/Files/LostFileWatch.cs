namespace SlaveAgent.Files;

/// <summary>
/// Tells at once, by inotify, that a file is gone from its place. It only saves time: whoever must not miss it observes the file as well, because a
/// directory that is replaced as a whole, or a host without a free inotify instance, tells nothing.
/// </summary>
public sealed class LostFileWatch(string path) : IDisposable
{
    private FileSystemWatcher? _watcher;
    private volatile bool _isStale;

    /// <summary>Raised on a thread of the pool.</summary>
    public event Action? Lost;

    /// <summary>Begins to watch where nothing does yet, or the directory may be another one since the file was lost. Cheap while there is nothing to do.</summary>
    /// <returns>Whether the file is watched.</returns>
    public bool Ensure()
    {
        if (_watcher is not null && !_isStale)
        {
            return true;
        }

        Dispose();
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            return false;
        }

        try
        {
            _watcher = new FileSystemWatcher(directory, Path.GetFileName(path)) { NotifyFilter = NotifyFilters.FileName };
            _watcher.Deleted += (_, _) => Tell();
            _watcher.Renamed += (_, _) => Tell();
            _watcher.Error += (_, _) => _isStale = true;
            _watcher.EnableRaisingEvents = true;
            return true;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            Dispose();
            return false;
        }
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _watcher = null;
        _isStale = false;
    }

    private void Tell()
    {
        // An exchange renames both files, and the one that is watched is in its place all the time.
        if (!File.Exists(path))
        {
            _isStale = true;
            Lost?.Invoke();
        }
    }
}
