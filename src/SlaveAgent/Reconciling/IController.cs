namespace SlaveAgent.Reconciling;

/// <summary>
/// Manages one matter, level-triggered: each run observes what is, compares it with what should be, and acts on the difference. It remembers no action as
/// an effect, so that it can be run at any time, as often as anybody likes, and after any interruption.
/// </summary>
public interface IController
{
    ControllerKinds Kind { get; }

    /// <summary>For people, such as <c>registration</c>.</summary>
    string Name { get; }

    Lane Lane { get; }

    /// <summary>Whether it asks K2HR3, and so is held back while that cannot be reached.</summary>
    bool AsksK2hr3 => Lane == Lane.K2hr3;

    /// <summary>The longest that a run can take when all goes as badly as it may; one that takes longer hangs, and the watchdog is no longer fed.</summary>
    TimeSpan WatchdogLimit { get; }

    /// <summary>One run. On the thread that owns the state: what takes time is awaited, so that the other lanes go on meanwhile.</summary>
    Task<Outcome> RunAsync(CancellationToken cancel);
}
