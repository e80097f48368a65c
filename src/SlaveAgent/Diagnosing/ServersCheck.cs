using System.Collections.Immutable;
using System.Net;
using SlaveAgent.Chmpx;
using SlaveAgent.Connection;
using SlaveAgent.Hosting;
using SlaveAgent.Roles;

namespace SlaveAgent.Diagnosing;

/// <summary>
/// Each server of the configuration: its name, its ports, its state as this slave and as the ring sees it. Each connection to a server holds up its event loop (<see cref="ServerControlPort"/>), so that
/// of a server that is connected nothing is tried again, and the ring is asked of one server only.
/// </summary>
internal sealed class ServersCheck(DiagnosedHost host) : ICheck
{
    /// <summary>Of servers that are not connected, so many control ports are tried.</summary>
    private const int MostControlPorts = 3;

    private readonly EndpointResolver _resolver = new(Dns.GetHostAddressesAsync, host.Time);
    private readonly ServerControlPort _servers = new(host.Time);
    private readonly PortProbe _probe = new(host.Time);

    public string Name => CheckNames.ServerConnection;

    public CheckGroup Group => CheckGroup.Ring;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        if (host.Ini is not { } ini)
        {
            return [CheckResult.Skipped(Name, "there is no configuration that can be read")];
        }

        var view = await host.ViewAsync();
        var nodes = ini.ServerNodes.All;
        if (nodes.IsEmpty)
        {
            return [CheckResult.Skipped(Name, "the configuration has no servers")];
        }

        var addresses = await Task.WhenAll(nodes.Select(node => _resolver.ResolveAsync(NodeEndpoints.DataOf(ini, node.Section), cancel)));
        using var table = new SocketTable();
        var sockets = new ServerSockets(table, _resolver, new AddressWatch(HostAddresses.Read, host.Time), host.Time);
        view = view?.WithHalfOpen(sockets.Read(ini, nodes.Zip(addresses).ToDictionary(pair => pair.First.Key, pair => pair.Second)).Dead);
        bool IsConnected(ServerNode node) => view?.Find(node.Key) is { IsConnected: true };
        var data = await Task.WhenAll(nodes.Zip(addresses).Select(pair => IsConnected(pair.First) || pair.Second.IsEmpty ? Task.FromResult<bool?>(null) : IsOpenAsync(pair.Second, cancel)));
        var first = nodes.FirstOrDefault(IsConnected);
        List<ServerNode> asked = first is null ? [] : [first];
        asked.AddRange(nodes.Where((node, at) => !IsConnected(node) && !addresses[at].IsEmpty).Take(MostControlPorts));
        var answers = (await Task.WhenAll(asked.Select(async node => (Node: node, Answer: await AskAsync(ini, node, cancel))))).ToDictionary(pair => pair.Node.Key, pair => pair.Answer);

        // One that this slave is connected to knows the ring; any other may be a ring of its own.
        var (reporter, report) = answers.Where(answer => first is null || answer.Key == first.Key)
            .Select(answer => (nodes.First(node => node.Key == answer.Key).Name, ReportOf(ini, answer.Value))).FirstOrDefault(answer => answer.Item2 is not null);
        return ServersJudge.Judge(
            [
                .. nodes.Select((node, at) => new ServerObservation(
                    node.Name,
                    addresses[at].IsEmpty ? null : $"{addresses[at][0]}",
                    view?.Find(node.Key),
                    data[at],
                    answers.GetValueOrDefault(node.Key),
                    report?.FindOnly(node.Key))),
            ],
            view is not null,
            reporter);
    }

    private async Task<bool?> IsOpenAsync(ImmutableArray<IPEndPoint> endpoints, CancellationToken cancel) => await _probe.FirstOpenAsync(endpoints, cancel) is not null;

    private async Task<ServerReply?> AskAsync(IniDocument ini, ServerNode node, CancellationToken cancel)
    {
        var endpoints = await _resolver.ResolveAsync(NodeEndpoints.ControlOf(ini, node.Section), cancel);
        return endpoints.IsEmpty ? null : await _servers.AskAsync(endpoints[0], ServerCommand.AllStatus, null, cancel);
    }

    private static RingStatusReport? ReportOf(IniDocument ini, ServerReply? answer) =>
        answer is ServerReply.Answered answered && AllStatusReader.TryRead(answered.Text) is { } report ? ini.ServerNodes.Named(report) : null;
}
