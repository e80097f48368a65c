using System.Collections.Immutable;
using SlaveAgent.Chmpx;

namespace SlaveAgent.Ring;

/// <summary>What a connected server said of the ring (ALLSTATUS at its control port).</summary>
/// <param name="At">When, by this host's clock.</param>
public sealed record PeerReport(NodeKey From, RingStatusReport Report, DateTimeOffset At)
{
    /// <summary>The servers that it shows up.</summary>
    public ImmutableHashSet<NodeKey> Up { get; } = [.. Report.Servers.Where(server => server.IsUp).Select(server => server.Key)];
}
