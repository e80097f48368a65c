namespace SlaveAgent.Reconciling;

/// <summary>One idempotent part of the pipeline: it compares what is with what should be, and mends the difference.</summary>
public interface IController
{
    ControllerKinds Kind { get; }

    /// <summary>For people, such as <c>register host</c>.</summary>
    string Name { get; }

    /// <summary>Whether it asks K2HR3, and so is held back while that cannot be reached.</summary>
    bool AsksK2hr3 { get; }

    /// <summary>The longest it can take when all goes as badly as it may; beyond that it hangs, and the watchdog is no longer fed.</summary>
    TimeSpan WatchdogLimit { get; }

    Task<Outcome> RunAsync(CancellationToken cancel);
}
