namespace SlaveAgent.Reconciling;

/// <summary>A process without a watchdog, which is never paused: a command that ends by itself.</summary>
public sealed class UnwatchedHost : IReconcilerHost
{
    public bool IsPaused => false;

    public void Pulse()
    {
    }
}
