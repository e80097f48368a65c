using SlaveAgent.Chmpx;
using SlaveAgent.Ring;

namespace SlaveAgent.Connection;

/// <summary>Questions about the ring that take time: none of them is waited for where chmpx is watched. A seam, because in tests the servers are not there.</summary>
public interface IRingInquiries
{
    /// <summary>Asks a server's control port which servers it shows up.</summary>
    /// <returns>Null when it does not answer.</returns>
    Task<PeerReport?> AskPeerAsync(IniDocument ini, NodeKey server, CancellationToken cancel);

    /// <summary>Whether the port of one of these listed servers accepts a connection.</summary>
    Task<bool> ProbeAsync(IniDocument ini, IReadOnlySet<NodeKey> servers, CancellationToken cancel);

    /// <summary>How many active units require chmpx's unit or are bound to it; null when systemd does not answer.</summary>
    Task<int?> CountDependentsAsync(CancellationToken cancel);

    /// <summary>What systemd says of chmpx's unit; null when it does not answer.</summary>
    Task<UnitReport?> ShowUnitAsync(CancellationToken cancel);

    /// <summary>Has a server tell the ring its status again (UPDATESTATUS), which connects each slave that lacked it.</summary>
    /// <returns>Null when it does not answer.</returns>
    Task<UpdateStatusReply?> RequestStatusAsync(IniDocument ini, NodeKey server, CancellationToken cancel);
}
