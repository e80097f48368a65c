using System.Diagnostics;

namespace SlaveAgent.Benchmarks.Processes;

/// <summary>Tells when a file was renamed into its place, from the kernel's own message.</summary>
internal sealed class FileReplaced : IDisposable
{
    private readonly FileSystemWatcher _watcher;
    private readonly string _path;
    private readonly SemaphoreSlim _replaced = new(0);
    private long _at;

    public FileReplaced(string path)
    {
        _path = path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!) { NotifyFilter = NotifyFilters.FileName };
        _watcher.Renamed += (_, renamed) => Note(renamed.Name);
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Waits until it was replaced by one of which <paramref name="isIt"/> is true.</summary>
    /// <returns>The timestamp of the last replacing.</returns>
    public async Task<long> UntilAsync(Func<string, bool> isIt, CancellationToken cancel)
    {
        while (!File.Exists(_path) || !isIt(await ReadAsync(cancel)))
        {
            if (!await _replaced.WaitAsync(TimeSpan.FromSeconds(60), cancel))
            {
                throw new TimeoutException($"{_path} did not become what it was to be in a minute");
            }
        }

        return Interlocked.Read(ref _at);
    }

    public void Dispose()
    {
        _watcher.Dispose();
        _replaced.Dispose();
    }

    private Task<string> ReadAsync(CancellationToken cancel) => File.ReadAllTextAsync(_path, cancel);

    private void Note(string? name)
    {
        if (name == Path.GetFileName(_path))
        {
            Interlocked.Exchange(ref _at, Stopwatch.GetTimestamp());
            _replaced.Release();
        }
    }
}
