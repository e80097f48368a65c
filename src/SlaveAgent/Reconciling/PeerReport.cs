using System.Collections.Immutable;
using SlaveAgent.Chmpx;

namespace SlaveAgent.Reconciling;

/// <summary>What a connected server said of the ring (ALLSTATUS at its control port).</summary>
/// <param name="Up">The servers that it shows up.</param>
public sealed record PeerReport(NodeKey From, ImmutableHashSet<NodeKey> Up);
