using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Daemon;

/// <summary>The daemon, as its loop sees it: feeds systemd's watchdog, and is paused once the host was unregistered.</summary>
internal sealed class DaemonHost(StatusBoard board, SystemdReport report, IdentityWatch identity, WorkTurn turn, Action ensureWatches, HoldKeeper holds, TimeProvider time) : IReconcilerHost
{
    private readonly TaskCompletionSource _unregistered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when <c>unregister</c> was seen to have taken this host out of its role.</summary>
    public Task Unregistered => _unregistered.Task;

    /// <summary>A person paused the agent, held its configuration, or ended that, or it ended by itself.</summary>
    public event Action? HoldChanged;

    public bool IsPaused
    {
        get
        {
            if (!turn.IsPaused())
            {
                return false;
            }

            _unregistered.TrySetResult();
            return true;
        }
    }

    public void Pulse()
    {
        identity.Observe();
        ensureWatches();
        if (board.NoteHold(holds.Current))
        {
            HoldChanged?.Invoke();
        }

        report.Notify(board.Message, time);
    }
}
