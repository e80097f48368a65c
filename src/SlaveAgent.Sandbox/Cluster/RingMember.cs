namespace SlaveAgent.Sandbox.Cluster;

/// <summary>One server as the ring knows it and tells the slaves.</summary>
public sealed record RingMember(
    string Name, int Port, int ControlPort, string Cuk, string Seed, string Endpoints, string ControlEndpoints, string ReversePeers,
    RingStatus Status, ulong Hash);
