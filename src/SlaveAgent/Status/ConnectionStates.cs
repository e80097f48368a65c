namespace SlaveAgent.Status;

/// <summary>How this host stands to its cluster.</summary>
public static class ConnectionStates
{
    /// <summary>Connected to every server that is up.</summary>
    public const string Connected = "connected";

    /// <summary>Connected to some servers, and not to others that are up or may be.</summary>
    public const string Degraded = "degraded";

    public const string Disconnected = "disconnected";

    /// <summary>The role has no slave configuration, so that no connection is wanted.</summary>
    public const string NotASlave = "not-a-slave";
}
