namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>One node of the configuration. Two nodes are the same when all of this but the port is equal (chmstructure.tcc: UpdateChmpxSvrs).</summary>
internal sealed record ChmpxNode(
    string Name, int Port, int ControlPort, string Cuk, string Seed, string Endpoints, string ControlEndpoints, string ForwardPeers, string ReversePeers, bool Ssl)
{
    public bool IsSameAs(ChmpxNode other) => this with { Port = other.Port, Ssl = other.Ssl } == other;
}
