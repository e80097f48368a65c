using System.Globalization;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Sandbox.Viewing;

namespace SlaveAgent.Sandbox.Serving;

/// <summary>
/// Looks at the world several times a second and tells the feed. It asks nobody: what it sees is in memory here, or in files that the agent writes, so that
/// looking changes nothing.
/// </summary>
internal sealed class WorldObserver : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);

    private readonly DbaasWorld _world;
    private readonly Feed _feed;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _observing;
    private readonly Dictionary<string, string> _generations = [];
    private string? _connection;
    private string? _problem;
    private int _unitEvents;

    public WorldObserver(DbaasWorld world, Feed feed)
    {
        (_world, _feed) = (world, feed);
        _observing = ObserveAsync(_stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _observing;
        _stopping.Dispose();
    }

    private async Task ObserveAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                Observe();
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The sandbox ends.
        }
    }

    // The agent's files may be other than expected, and the next round may see them whole.
    private void Observe()
    {
        try
        {
            var status = _world.ReadStatus();
            _feed.Show(View(status));
            TellGenerations();
            TellConnection(status);
            TellChmpx();
        }
        catch (Exception e)
        {
            if (e.Message != _problem)
            {
                _problem = e.Message;
                _feed.Add(EntryKind.Problem, $"The page cannot show the world as it is: {e.Message}");
            }
        }
    }

    private WorldView View(AgentReport? status)
    {
        var listed = _world.Service.Hosts(_world.Names.ServerRole);
        var running = _world.Cluster.Servers;
        var servers = running.Select(server => View(server, listed.Any(host => host.Cuk == server.Cuk), status))
            .Concat(listed.Where(host => running.All(server => server.Cuk != host.Cuk)).Select(host => View(host, status)))
            .OrderBy(server => server.Name.Length).ThenBy(server => server.Name, StringComparer.Ordinal).ToList();
        var outage = _world.Service.Outage;
        return new(
            new(outage.Mode == OutageMode.Healthy ? null : outage.InWords, listed.Count), servers, Slave(status),
            servers.Exists(server => server.State == ServerState.Unreachable), _world.Cluster is ServerCluster);
    }

    private ServerView View(IServerNode server, bool isListed, AgentReport? status)
    {
        var isConnected = server is ServerNode standIn ? standIn.ConnectedSlaves.Contains(_world.Cuk) : status?.IsConnectedTo(server.Cuk) == true;
        var state = server is ServerNode { IsCutOff: true } ? ServerState.Unreachable : ServerState.Up;
        return new(server.Cuk, Plain(server.Name), state, isListed,
            !isConnected ? LinkState.None : state == ServerState.Unreachable ? LinkState.Silent : LinkState.Connected);
    }

    private ServerView View(RegisteredHost host, AgentReport? status)
    {
        var gone = (_world.Cluster as ServerCluster)?.Gone.FirstOrDefault(server => server.Cuk == host.Cuk);
        var isSilent = gone is { IsOff: true, HasOpenConnections: true } && status?.IsConnectedTo(host.Cuk!) == true;
        return new(host.Cuk!, Plain(host.Tag ?? host.Address), isSilent ? ServerState.Off : ServerState.Down, IsListed: true, isSilent ? LinkState.Silent : LinkState.None);
    }

    private SlaveView Slave(AgentReport? status) => new(
        _world.Agent.IsRunning, _world.Units.StatusOf("chmpx.service").State == UnitState.Active,
        status?.Connection, status?.IsPaused == true, status?.Written, status?.Loaded);

    private void TellGenerations()
    {
        foreach (var (id, at, text) in _world.ReadHistory())
        {
            var inShort = Plain(text);
            if (_generations.GetValueOrDefault(id) != inShort)
            {
                _generations[id] = inShort;
                _feed.Add(EntryKind.Generation, inShort, id, at);
            }
        }
    }

    private void TellConnection(AgentReport? status)
    {
        if (status is not null && status.Connection != _connection)
        {
            _connection = status.Connection;
            _feed.Add(EntryKind.Change, string.Create(CultureInfo.InvariantCulture, $"The slave is {status.Connection}: {Plain(status.Message)}"));
        }
    }

    private void TellChmpx()
    {
        var all = _world.Units.Events;
        foreach (var happened in all.Skip(_unitEvents).Where(happened => happened.Unit == "chmpx.service"))
        {
            _feed.Add(EntryKind.Change, $"systemd: chmpx.service {happened.What}", at: happened.Time);
        }
        _unitEvents = all.Count;
    }

    /// <summary>Without the cluster's name and the domain in the names of servers.</summary>
    private string Plain(string text) =>
        text.Replace($"{_world.Names.Name}-", "", StringComparison.Ordinal).Replace(".novalocal", "", StringComparison.Ordinal);
}
