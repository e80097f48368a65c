using SlaveAgent.Files;

namespace SlaveAgent.Commands;

/// <summary>
/// Whether the watching agent works or rests. While it works it holds a lock, so that <c>unregister</c>, once it has set its mark and found the lock
/// free, knows that nothing is under way and nothing will begin.
/// </summary>
internal sealed class WorkTurn(HostRoot root) : IDisposable
{
    private readonly string _mark = root.At(AgentPaths.UnregisteredMarker);
    private FileLock? _lock;

    /// <summary>Asked before anything is done; lets go of the lock when the host is unregistered.</summary>
    public bool Rests()
    {
        // The lock comes before the look, as the mark comes before the look at the lock on the other side. Who finds it taken for a moment is
        // met by somebody who looks whether it is held, and so has set the mark.
        if (_lock is null && !File.Exists(_mark))
        {
            _lock = TryTake();
        }

        if (!File.Exists(_mark))
        {
            return false;
        }

        Dispose();
        return true;
    }

    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
    }

    private FileLock? TryTake()
    {
        try
        {
            return FileLock.TryTake(root.At(AgentPaths.WorkLock));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full or read-only /run is no reason to leave the slave alone.
            return null;
        }
    }
}
