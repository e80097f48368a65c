namespace SlaveAgent.Reconciling;

/// <summary>What those around the loop want to know or to say.</summary>
public sealed record ReconcilerHooks
{
    /// <summary>Called from the loop itself while it goes on as it should; not any more when a controller hangs beyond its watchdog limit.</summary>
    public Action Pulse { get; init; } = () => { };

    /// <summary>While it says so nothing is started: the host was unregistered.</summary>
    public Func<bool> IsPaused { get; init; } = () => false;
}
