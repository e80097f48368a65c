using SlaveAgent.Chmpx;

namespace SlaveAgent.Ring;

/// <summary>Whether the port of one of these servers accepted a connection.</summary>
public sealed record ProbeReport(IReadOnlySet<NodeKey> Asked, bool IsOpen);
