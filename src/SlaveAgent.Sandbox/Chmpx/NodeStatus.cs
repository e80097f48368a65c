using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>One node as the control port shows it. <paramref name="Sockets"/> is "-1" when there is none.</summary>
internal sealed record NodeStatus(ChmpxNode Node, RingStatus Status, ulong Hash, DateTimeOffset LastUpdate, string Sockets = "-1")
{
    public const ulong NoHash = ulong.MaxValue;
}
