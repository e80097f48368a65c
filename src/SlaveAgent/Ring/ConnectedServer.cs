using SlaveAgent.Chmpx;

namespace SlaveAgent.Ring;

/// <summary>A server that this host was connected to.</summary>
/// <param name="Name">For people.</param>
public sealed record ConnectedServer(NodeKey Key, string Name);
