namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// One node of the configuration. Two nodes are the same when all of this but port and TLS is equal (chmstructure.tcc:
/// UpdateChmpxSvrs), so a known server's changed PORT or SSL stays as loaded until a restart.
/// </summary>
internal sealed record ChmpxNode(
    string Name, int Port, int ControlPort, string Cuk, string Seed, string Endpoints, string ControlEndpoints, string ForwardPeers, string ReversePeers, ChmpxTls Tls)
{
    public bool IsSameAs(ChmpxNode other) => this with { Port = other.Port, Tls = other.Tls } == other;
}
