using System.Globalization;
using System.Net;
using SlaveAgent.Sandbox;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Conformance;

/// <summary>The stand-in chmpx among stand-in servers, whose configurations follow K2HR3 only when the test says so.</summary>
internal sealed class StandInUnderTest : ChmpxUnderTest
{
    private readonly K2hr3Service _service;
    private readonly DbaasCluster _names;
    private readonly ServerCluster _cluster;

    private StandInUnderTest(K2hr3Service service)
    {
        _service = service;
        (_, ControlPort) = RealChmpx.Identity();
        _names = new("tenant0", Group) { SlaveControlPort = ControlPort };
        service.CreateCluster(_names);
        service.RegisterHost(_names.SlaveRole, new("127.0.0.1", "cuk-slave", "slave"));
        _cluster = new(service, _names);
    }

    public override int ControlPort { get; }

    public override string StateDirectory => Path.Combine(Directory, "state");

    public override IReadOnlyList<string> Servers => [.. _cluster.Servers.Select(server => server.Cuk)];

    protected override string SlaveName => "slave";

    public static async Task<StandInUnderTest> CreateAsync() => new(await K2hr3Service.StartAsync(cancellationToken: Cancel));

    public override Task<string?> AskAsync(string command) => ControlPortClient.AskAsync(ControlPort, command, Cancel);

    public override Task<string?> AskServerAsync(int server, string command) =>
        ControlPortClient.AskAsync(new IPEndPoint(_cluster.Servers[server].Address, _cluster.Servers[server].ControlPort), command, Cancel);

    public override Task AdmitAsync(int server)
    {
        _cluster.Refresh(_cluster.Servers[server]);
        return Task.CompletedTask;
    }

    public override async Task AddServerAsync(bool admits)
    {
        // A node reads K2HR3 as it starts, so it does not admit whom K2HR3 does not list at that moment.
        var host = new RegisteredHost("127.0.0.1", "cuk-slave", "slave");
        if (!admits)
        {
            _service.RemoveHost(_names.SlaveRole, "cuk-slave");
        }
        await _cluster.AddAsync(refresh: Timeout.InfiniteTimeSpan);
        _service.RegisterHost(_names.SlaveRole, host);
    }

    public override async Task ReplaceServersAsync()
    {
        var count = _cluster.Servers.Count;
        foreach (var server in _cluster.Servers)
        {
            await _cluster.PowerOffAsync(server);
            await _cluster.ForgetAsync(server);
        }
        for (var server = 0; server < count; server++)
        {
            await AddServerAsync(admits: true);
        }
    }

    public override Task LoseConnectionsAsync()
    {
        foreach (var server in _cluster.Servers)
        {
            server.Disconnect();
        }
        return Task.CompletedTask;
    }

    public override int CountLookups()
    {
        var text = System.IO.File.ReadAllText(Path.ChangeExtension(SharedMemoryFile, "callers"));
        return int.Parse(text.Split(' ')[2], CultureInfo.InvariantCulture);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _cluster.DisposeAsync();
        await _service.DisposeAsync();
    }

    protected override string ServerSection(int server)
    {
        var node = _cluster.Servers[server];
        return Section("SVRNODE", node.Name,
            $"PORT = {node.Port}\nCTLPORT = {node.ControlPort}\nCUK = {node.Cuk}\nCUSTOM_ID_SEED = {node.Name}\nENDPOINTS = {node.Address}:{node.Port}\nCTLENDPOINTS = {node.Address}:{node.ControlPort}\nREVERSE_PEERS = {node.Address}");
    }

    protected override IReadOnlyList<string> Command(int clockAhead) =>
        [SandboxProgram.Path, "chmpx", "-conf", File, "-stoptime", "100", "-statedir", StateDirectory, "-hosts", "slave", "-noticetime", "300", "-clock", $"{clockAhead}"];
}
