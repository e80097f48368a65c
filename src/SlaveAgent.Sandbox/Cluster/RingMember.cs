using SlaveAgent.Sandbox.Chmpx;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>One server as known to the ring and reported to the slaves; <paramref name="Updated"/> is when its status was set, by the clock of the server that set it.</summary>
public sealed record RingMember(
    string Name, int Port, int ControlPort, string Cuk, string Seed, string Endpoints, string ControlEndpoints, string ReversePeers,
    RingStatus Status, DateTimeOffset Updated)
{
    internal ChmpxNode Node => new(Name, Port, ControlPort, Cuk, Seed, Endpoints, ControlEndpoints, "", ReversePeers, ChmpxTls.Off);
}
