namespace SlaveAgent.Chmpx;

/// <summary>What one server shows of a server of the ring, or of itself.</summary>
/// <param name="Name">As chmpx shows it, normalised; for people only.</param>
/// <param name="IsSuspended">It does not merge by itself.</param>
/// <param name="LastUpdate">When it last took a status of that server, by the reporting server's clock; null when it never did.</param>
/// <param name="EnabledHash">All bits set: none.</param>
/// <param name="PendingHash">All bits set: none.</param>
public sealed record ReportedServer(
    string Name,
    int Port,
    int ControlPort,
    string Cuk,
    bool InService,
    bool IsUp,
    ServerAction Action,
    ServerOperation Operation,
    bool IsSuspended,
    DateTimeOffset? LastUpdate,
    ulong EnabledHash,
    ulong PendingHash)
{
    public NodeKey Key { get; init; } = NodeKey.Of(Cuk, ControlPort, Name);

    /// <summary><c>[n/a][Nothing]</c>: no data is being moved for it, nor is to be.</summary>
    public bool IsSettled => Action == ServerAction.None && Operation == ServerOperation.Nothing;
}
