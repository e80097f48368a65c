using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>What the slave believes of one server.</summary>
internal sealed class ServerView(ChmpxNode node, bool isListed)
{
    public const ulong NoHash = ulong.MaxValue;

    public ChmpxNode Node { get; } = node;

    /// <summary>Whether the configuration lists it, or did so once. One that only the ring told of vanishes when it goes down.</summary>
    public bool WasListed { get; set; } = isListed;

    public bool IsListed { get; set; } = isListed;

    public ServerLink? Link { get; set; }

    public bool IsConnecting { get; set; }

    public RingStatus Status { get; set; } = RingStatus.ServiceOut;

    public ulong Hash { get; set; } = NoHash;

    public DateTimeOffset LastUpdate { get; set; }

    public string Sockets => Link is { } link ? $"{link.Handle}" : "-1";
}
