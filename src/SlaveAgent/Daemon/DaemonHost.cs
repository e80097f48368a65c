using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Daemon;

/// <summary>The daemon, as its loop sees it: feeds systemd's watchdog, and is paused once the host was unregistered.</summary>
/// <param name="ringInterval">Who has the ring polled more rarely has the host's files looked at more rarely as well: each time costs half of what a poll does.</param>
internal sealed class DaemonHost(
    StatusBoard board, SystemdReport report, IdentityWatch identity, WorkTurn turn, Action ensureWatches, HoldKeeper holds, TimeSpan ringInterval, TimeProvider time) : IReconcilerHost
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>So long an identity, a pause, and <c>unregister</c> may wait for the daemon to see them.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _unregistered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when <c>unregister</c> was seen to have taken this host out of its role.</summary>
    public Task Unregistered => _unregistered.Task;

    /// <summary>A person paused the agent, held its configuration, or ended that, or it ended by itself.</summary>
    public event Action? HoldChanged;

    public TimeSpan Heartbeat { get; } = TimeSpan.FromTicks(Math.Clamp(Math.Min(ringInterval.Ticks, report.Interval.Ticks), Shortest.Ticks, Longest.Ticks));

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
