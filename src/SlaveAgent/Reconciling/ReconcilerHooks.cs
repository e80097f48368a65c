namespace SlaveAgent.Reconciling;

/// <summary>What those around the loop want to know or to say.</summary>
public sealed record ReconcilerHooks
{
    /// <summary>Called from the loop itself while it goes on as it should; not any more when a step hangs beyond its patience.</summary>
    public Action Pulse { get; init; } = () => { };

    /// <summary>While it says so nothing is done: the host was unregistered.</summary>
    public Func<bool> IsResting { get; init; } = () => false;

    /// <summary>Told of every outcome.</summary>
    public Action<IController, Outcome> Heard { get; init; } = (_, _) => { };
}
