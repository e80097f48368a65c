namespace SlaveAgent.Files;

/// <summary>
/// Tells at once, by inotify, that another file is in the place of one, or none. It only saves time: whoever must not miss it observes the file as well,
/// because what is written into the file in place, a directory that is replaced as a whole, and a host without a free inotify instance tell nothing.
/// </summary>
public sealed class PlacedFileWatch(string path) : IDisposable
{
    private FileSystemWatcher? _watcher;
    private volatile bool _isStale;

    /// <summary>Raised on a thread of the pool.</summary>
    public event Action? Changed;

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
            _watcher.Created += (_, _) => Tell();
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
        if (!File.Exists(path))
        {
            _isStale = true;
        }

        Changed?.Invoke();
    }
}
