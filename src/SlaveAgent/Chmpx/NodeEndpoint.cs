namespace SlaveAgent.Chmpx;

/// <summary>Where a node of the ring can be reached, as a configuration says it.</summary>
/// <param name="Host">A host name or an address, without brackets.</param>
public readonly record struct NodeEndpoint(string Host, int Port);
