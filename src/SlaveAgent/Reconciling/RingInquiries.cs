using SlaveAgent.Chmpx;

namespace SlaveAgent.Reconciling;

/// <summary>Asks the servers and systemd.</summary>
public sealed class RingInquiries : IRingInquiries
{
    public Task<PeerReport?> AskPeerAsync(IniDocument ini, NodeKey server, CancellationToken cancel) => Task.FromResult<PeerReport?>(null);

    public Task<bool> ProbeAsync(IniDocument ini, CancellationToken cancel) => Task.FromResult(false);

    public Task<int?> CountDependentsAsync(CancellationToken cancel) => Task.FromResult<int?>(null);
}
