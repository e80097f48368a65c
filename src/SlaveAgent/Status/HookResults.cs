namespace SlaveAgent.Status;

/// <summary>How a run of the hooks ended.</summary>
public static class HookResults
{
    public const string Running = "running";

    /// <summary>Each ended well.</summary>
    public const string Done = "done";

    /// <summary>Some failed, or were refused.</summary>
    public const string Failed = "failed";

    /// <summary>The time limit ended them.</summary>
    public const string TimedOut = "timed-out";
}
