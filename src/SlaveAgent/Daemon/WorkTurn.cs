using SlaveAgent.Files;

namespace SlaveAgent.Daemon;

/// <summary>
/// Whether the watching agent works or is paused. While it works it holds a lock, so that <c>unregister</c>, once it has set its mark and found the lock
/// free, knows that nothing is under way and nothing will begin.
/// </summary>
internal sealed class WorkTurn(HostRoot root) : IDisposable
{
    private readonly string _mark = root.Agent.UnregisteredMarker;
    private FileLock? _lock;

    /// <summary>Whether the host is unregistered, so that nothing may be started. Takes the lock while it is not.</summary>
    public bool IsPaused()
    {
        // The lock is taken before the mark is checked, as the other side sets the mark before it checks the lock. A lock that is taken for a moment is being
        // checked by somebody who has set the mark.
        if (_lock is null && !File.Exists(_mark))
        {
            _lock = TryTake();
        }

        return File.Exists(_mark);
    }

    /// <summary>Nothing is under way any more, and nothing will begin while the mark is there.</summary>
    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
    }

    private FileLock? TryTake()
    {
        try
        {
            return FileLock.TryTake(root.Agent.WorkLock);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full or read-only /run is no reason to leave the slave alone.
            return null;
        }
    }
}
