namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>One server in a slave's DUMP. Nodes are told apart by CUK and control port (Chmpx/README.md, "Node identity").</summary>
public sealed record ChmpxServer(string Cuk, int ControlPort, bool IsConnected, string Status);
