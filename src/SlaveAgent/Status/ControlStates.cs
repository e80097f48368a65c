namespace SlaveAgent.Status;

/// <summary>Whether what K2HR3 says is known and followed; says nothing about the connection, which outlives an outage of K2HR3.</summary>
public static class ControlStates
{
    /// <summary>K2HR3 answers, and this host is as it says.</summary>
    public const string Current = "current";

    /// <summary>K2HR3 did not answer, or what it says was not taken.</summary>
    public const string Stale = "stale";

    /// <summary>Nothing is done, or the configuration is held: the host was unregistered, or a person said so.</summary>
    public const string Paused = "paused";
}
