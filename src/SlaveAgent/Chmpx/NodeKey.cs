namespace SlaveAgent.Chmpx;

/// <summary>Identity of a node in a ring: its CUK and its control port (Chmpx/README.md, "Node identity").</summary>
public readonly record struct NodeKey(string Cuk, int ControlPort);
