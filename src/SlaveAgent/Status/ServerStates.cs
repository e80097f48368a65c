namespace SlaveAgent.Status;

/// <summary>How a server stands to this slave.</summary>
public static class ServerStates
{
    public const string Connected = "connected";

    /// <summary>A connection on which nothing is acknowledged any more.</summary>
    public const string HalfOpen = "half-open";

    /// <summary>In the ring, without a connection to this slave.</summary>
    public const string Up = "up";

    public const string Down = "down";

    /// <summary>Listed, not in the ring.</summary>
    public const string Absent = "absent";

    /// <summary>In the ring, not listed.</summary>
    public const string Unlisted = "unlisted";

    public static IReadOnlyList<string> All { get; } = [Connected, HalfOpen, Up, Down, Absent, Unlisted];
}
