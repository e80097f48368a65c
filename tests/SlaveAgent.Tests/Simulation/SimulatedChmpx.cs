using System.Collections.Immutable;
using SlaveAgent.Chmpx;
using SlaveAgent.Connection;
using SlaveAgent.Ring;


namespace SlaveAgent.Tests.Simulation;

/// <summary>
/// chmpx of a simulated host, with the habits that matter to whoever looks after it: it ends at its start without a good file, connects at its start to what is
/// up, takes GROUP at its start only, loses some reloads, and never tries again by itself a server that it did not reach.
/// </summary>
internal sealed class SimulatedChmpx(SimulatedWorld world)
{
    private readonly HashSet<string> _connected = [];
    private IniDocument? _loaded;
    private string _group = string.Empty;
    private int _pid = 100;

    private SimulatedWorld World { get; } = world;

    public bool IsRunning { get; private set; }

    public int? Loaded => IsRunning ? _loaded?.FileVersion : null;

    public IReadOnlySet<string> Connected => _connected;

    public int Polls { get; private set; }

    /// <returns>Whether it runs.</returns>
    public bool Start()
    {
        if (World.ReadConfiguration() is not { } ini)
        {
            return false;
        }

        (_loaded, _group, IsRunning) = (ini, ini.Global("GROUP") ?? string.Empty, true);
        _pid++;
        _connected.Clear();
        Connect();
        return true;
    }

    public void Stop()
    {
        IsRunning = false;
        _connected.Clear();
    }

    /// <summary>It notices that its file was replaced; not always.</summary>
    public void Reload()
    {
        if (IsRunning && World.ReadConfiguration() is { } ini && ini.FileVersion != _loaded?.FileVersion)
        {
            _loaded = ini;
            _connected.RemoveWhere(server => !Listed().Contains(server));
            Connect();
        }
    }

    /// <summary>The servers that went down are lost.</summary>
    public void Observe() => _connected.RemoveWhere(server => !World.UpServers.Contains(server));

    public IControlPort For(Func<bool> isAlive) => new Port(this, isAlive);

    public IRingInquiries Inquiries(Func<bool> isAlive) => new Servers(this, isAlive);

    private IEnumerable<string> Listed() => _loaded!.Servers.Select(server => server["NAME"]!);

    private void Connect()
    {
        foreach (var server in Listed().Where(server => World.UpServers.Contains(server) && !World.Refuses(server)))
        {
            _connected.Add(server);
        }
    }

    private RingView View() => new(
        _loaded!.FileVersion ?? 0,
        [.. _loaded.Servers.Select(server => new RingServer(
            _loaded.KeyOf(server), server["NAME"]!, World.UpServers.Contains(server["NAME"]!), World.UpServers.Contains(server["NAME"]!), _connected.Contains(server["NAME"]!)))])
    {
        Process = new ChmpxProcess(_pid, _pid),
        Group = _group,
        SelfCuk = "cuk-slv1",
        HasPrograms = World.HasPrograms,
    };

    private sealed class Port(SimulatedChmpx chmpx, Func<bool> isAlive) : IControlPort
    {
        public async ValueTask<RingView?> PollAsync(int port, CancellationToken cancel)
        {
            chmpx.Polls++;
            await SimulatedWorld.WhileAliveAsync(isAlive);
            return chmpx.IsRunning ? chmpx.View() : null;
        }
    }

    private sealed class Servers(SimulatedChmpx chmpx, Func<bool> isAlive) : IRingInquiries
    {
        public async Task<PeerReport?> AskPeerAsync(IniDocument ini, NodeKey server, CancellationToken cancel)
        {
            await chmpx.World.Time.Delay(TimeSpan.FromMilliseconds(50), cancel);
            await SimulatedWorld.WhileAliveAsync(isAlive);
            return Support.PeerReports.At(server, chmpx.World.Time.GetUtcNow(), DateTimeOffset.UnixEpoch, [.. chmpx.World.UpServers]);
        }

        public Task<bool> ProbeAsync(IniDocument ini, IReadOnlySet<NodeKey> servers, CancellationToken cancel) =>
            Task.FromResult(ini.ServerNodes.All.Any(node => servers.Contains(node.Key) && chmpx.World.UpServers.Contains(node.Name)));

        public Task<int?> CountDependentsAsync(CancellationToken cancel) => Task.FromResult<int?>(0);

        public Task<UnitReport?> ShowUnitAsync(CancellationToken cancel) => Task.FromResult<UnitReport?>(null);

        public Task<UpdateStatusReply?> RequestStatusAsync(IniDocument ini, NodeKey server, CancellationToken cancel) => Task.FromResult<UpdateStatusReply?>(UpdateStatusReply.Sent);
    }
}
