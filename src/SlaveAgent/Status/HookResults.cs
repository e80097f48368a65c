namespace SlaveAgent.Status;

/// <summary>How a run of the hooks ended.</summary>
public static class HookResults
{
    public const string Running = "running";

    /// <summary>Starts of their unit show no effect.</summary>
    public const string NotStarted = "not-started";

    /// <summary>A condition of their unit was not met, so that none was run.</summary>
    public const string Skipped = "skipped";

    /// <summary>Each ended well that is still there.</summary>
    public const string Done = "done";

    /// <summary>Some failed, or were refused.</summary>
    public const string Failed = "failed";

    /// <summary>The time limit ended them.</summary>
    public const string TimedOut = "timed-out";

    /// <param name="failed">Those that failed or were not run.</param>
    public static string Of(IReadOnlyCollection<HookFailure> failed) => failed.Count == 0 ? Done : failed.Any(failure => failure.IsOfStop) ? TimedOut : Failed;
}
