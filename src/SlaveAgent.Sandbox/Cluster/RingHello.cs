namespace SlaveAgent.Sandbox.Cluster;

/// <summary>The first line from a slave to a server: who it is.</summary>
public sealed record RingHello(string Group, string Name, string Cuk, int ControlPort);
