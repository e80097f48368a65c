using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;
using SlaveAgent.Ring;

namespace SlaveAgent.Connection;

/// <summary>Asks the servers and systemd.</summary>
/// <param name="unit">chmpx's.</param>
public sealed class RingInquiries(EndpointResolver resolver, ServerControlPort servers, PortProbe probe, ISystemd systemd, string unit, TimeProvider time) : IRingInquiries
{
    public async Task<PeerReport?> AskPeerAsync(IniDocument ini, NodeKey server, CancellationToken cancel)
    {
        foreach (var endpoint in await resolver.ResolveAsync(ControlOf(ini, server), cancel))
        {
            if (await servers.AskAsync(endpoint, ServerCommand.AllStatus, null, cancel) is ServerReply.Answered answer
                && AllStatusReader.TryRead(answer.Text) is { } report)
            {
                return new PeerReport(server, ini.ServerNodes.Named(report), time.GetUtcNow());
            }
        }

        return null;
    }

    public async Task<bool> ProbeAsync(IniDocument ini, IReadOnlySet<NodeKey> servers, CancellationToken cancel) =>
        await probe.FirstOpenAsync(await resolver.ResolveAsync(DataOf(ini, servers), cancel), cancel) is not null;

    public async Task<int?> CountDependentsAsync(CancellationToken cancel) => await systemd.ActiveDependentsAsync(unit, cancel) is { } active ? active.Length : null;

    public async Task<UnitReport?> ShowUnitAsync(CancellationToken cancel) =>
        await systemd.ShowAsync([unit], cancel) is { } shown && shown.TryGetValue(unit, out var status)
            ? new UnitReport(status, await systemd.LastLinesAsync(unit, cancel))
            : null;

    public async Task<UpdateStatusReply?> RequestStatusAsync(IniDocument ini, NodeKey server, CancellationToken cancel)
    {
        // Not another address after one that took the command and did not answer: it may have informed the ring already.
        var endpoints = await resolver.ResolveAsync(ControlOf(ini, server), cancel);
        return endpoints.IsEmpty ? null
            : await servers.AskAsync(endpoints[0], ServerCommand.UpdateStatus, null, cancel) is ServerReply.Answered answer ? UpdateStatusReader.Read(answer.Text) : null;
    }

    private static IEnumerable<NodeEndpoint> ControlOf(IniDocument ini, NodeKey server) =>
        ini.ServerNodes.All.Where(node => node.Key == server).SelectMany(node => NodeEndpoints.ControlOf(ini, node.Section));

    private static IEnumerable<NodeEndpoint> DataOf(IniDocument ini, IReadOnlySet<NodeKey> servers) =>
        ini.ServerNodes.All.Where(node => servers.Contains(node.Key)).SelectMany(node => NodeEndpoints.DataOf(ini, node.Section));
}
