namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>A slave's chmpx as seen through its control port.</summary>
public sealed record ChmpxView(int Revision, IReadOnlyList<ChmpxServer> Servers)
{
    public int Connected => Servers.Count(server => server.IsConnected);
}
