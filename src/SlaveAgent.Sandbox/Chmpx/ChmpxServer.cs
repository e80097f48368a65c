namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>One server in a slave's DUMP. CUK and control port together identify a node.</summary>
public sealed record ChmpxServer(string Cuk, int ControlPort, bool IsConnected, string Status);
