namespace SlaveAgent.Sandbox.Cluster;

/// <summary>The first line from a slave to a server: its identity, and whether it joins or only requests the members of the ring.</summary>
public sealed record RingHello(string Group, string Name, string Seed, string Cuk, int ControlPort, bool Joins);
