namespace SlaveAgent.Sandbox.Cluster;

/// <summary>The first line from a slave to a server: who it is, and whether it joins or only asks what the ring looks like.</summary>
public sealed record RingHello(string Group, string Name, string Seed, string Cuk, int ControlPort, bool Joins);
