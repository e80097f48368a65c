namespace SlaveAgent.Chmpx;

/// <summary>One server node as the local chmpx sees it.</summary>
/// <param name="Name">As chmpx shows it, normalised; for people only.</param>
/// <param name="InService">It is part of the ring.</param>
/// <param name="IsUp">chmpx takes it for alive.</param>
/// <param name="IsConnected">There is a socket to it: the only proof of a connection (Chmpx/README.md, "DUMP").</param>
public sealed record RingServer(NodeKey Key, string Name, bool InService, bool IsUp, bool IsConnected)
{
    /// <summary>chmpx holds a connection to it on which nothing is acknowledged any more; it does not count as connected.</summary>
    public bool IsHalfOpen { get; init; }

    /// <summary>chmpx holds a connection to it, whatever that is worth: a restart would end it.</summary>
    public bool IsHeld => IsConnected || IsHalfOpen;

    /// <summary>chmpx's descriptors of its connections to it, as the answer has them: others mean other connections, of which chmpx holds up to MAXSOCKPOOL.</summary>
    public string Sockets { get; init; } = string.Empty;

    /// <summary>Null when the answer did not tell.</summary>
    public LoadedNode? Loaded { get; init; }
}
