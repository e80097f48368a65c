namespace SlaveAgent.Reconciling;

/// <summary>The process that runs the loop, as the loop sees it.</summary>
public interface IReconcilerHost
{
    /// <summary>While it is, no controller is started: the host was unregistered.</summary>
    bool IsPaused { get; }

    /// <summary>The longest the loop sleeps between two calls of <see cref="Pulse"/>.</summary>
    TimeSpan Heartbeat => TimeSpan.FromSeconds(1);

    /// <summary>Called from the loop itself while it goes on as it should; not any more when a controller hangs beyond its watchdog limit.</summary>
    void Pulse();
}
