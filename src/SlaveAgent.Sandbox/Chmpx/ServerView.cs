using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>The slave's view of one server.</summary>
internal sealed class ServerView(ChmpxNode node)
{
    public ChmpxNode Node { get; } = node;

    public ServerLink? Link { get; set; }

    public RingStatus Status { get; set; } = RingStatus.ServiceOut;

    /// <summary>
    /// When the status was last set, by this node's clock or a server's. A status that is older than this, in whole seconds, is
    /// ignored, which makes a partial connection permanent (chmstructure.tcc: MergeChmpxSvr).
    /// </summary>
    public DateTimeOffset LastUpdate { get; set; } = DateTimeOffset.UnixEpoch;

    public ulong Hash { get; set; } = NodeStatus.NoHash;

    public bool IsUp => Status.HasFlag(RingStatus.Up);

    /// <summary>[SERVICE OUT][DOWN] with no merge in progress: a reload removes it once the file does not list it.</summary>
    public bool IsOutAndDown => Status == RingStatus.ServiceOut;

    public NodeStatus Shown => new(Node, Status, Hash, LastUpdate, Link is { } link ? $"{link.Handle}" : "-1");
}
