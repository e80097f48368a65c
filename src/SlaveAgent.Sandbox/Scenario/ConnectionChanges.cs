using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary>
/// Changes that disconnect a chmpx from some or all of its servers in ways it does not recover from by itself. Each only changes the
/// world; waiting until the slave is connected to all servers again is up to the caller.
/// </summary>
internal sealed class ConnectionChanges(DbaasWorld world, ServerCluster cluster)
{
    private const int Day = 24 * 60 * 60;

    private static readonly TimeSpan StepTimeout = TimeSpan.FromSeconds(120);

    private string ClockFile => Path.Combine(world.Layout.State, "clock-ahead");

    /// <summary>How often the unit was stopped and started again.</summary>
    public int Restarts => world.Units.Events.Count(happened => happened is { Unit: "chmpx.service", What: "stopped" });

    /// <summary>Servers whose configurations do not follow K2HR3 until <see cref="AdmitOneByOneAsync"/> refreshes them.</summary>
    public Task AddReservedAsync(int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => cluster.AddAsync(refresh: Timeout.InfiniteTimeSpan)));

    /// <summary>One server admits the slave; each of the others only after it is connected to the one before.</summary>
    public async Task AdmitOneByOneAsync(CancellationToken cancellationToken)
    {
        await DbaasWorld.UntilAsync(_ => Task.FromResult(world.Service.Hosts(world.Names.SlaveRole).Any(host => host.Cuk == world.Cuk) ? null : "the slave is not registered"),
            StepTimeout, cancellationToken);
        foreach (var (index, server) in cluster.Servers.Index())
        {
            // Admitted while chmpx still goes through its list, it would be connected without a restart.
            await (index == 0 ? Task.CompletedTask : RefusedByAsync(server, cancellationToken));
            cluster.Refresh(server);
            await ConnectedToAsync(server, cancellationToken);
        }
    }

    /// <summary>From now on all servers admit the listed slaves at the same moment.</summary>
    public void AdmitTogether()
    {
        foreach (var server in cluster.Servers)
        {
            server.RefreshInterval = null;
        }
    }

    /// <summary>All servers lose power, and others replace them.</summary>
    public async Task ReplaceAllAsync(int count, CancellationToken cancellationToken)
    {
        var old = cluster.Servers;
        foreach (var server in old)
        {
            await cluster.PowerOffAsync(server);
        }
        await ShowsAsync(old.Count, "chmpx lost connections that no peer closed", cancellationToken);
        foreach (var server in old)
        {
            await cluster.ForgetAsync(server);
        }
        await ((IServerCluster)cluster).AddAsync(count).WaitAsync(cancellationToken);
    }

    /// <summary>No server can be reached for a while; the connections end, and at first only one server returns.</summary>
    /// <param name="meanwhile">Runs when the connections have ended; when it completes, the first server returns.</param>
    public async Task CutNetworkAsync(CancellationToken cancellationToken, Func<Task>? meanwhile = null)
    {
        var servers = cluster.Servers;
        try
        {
            foreach (var server in servers)
            {
                server.CutOff();
            }
            await ShowsAsync(servers.Count, "chmpx lost connections that no peer closed", cancellationToken);
            foreach (var server in servers)
            {
                server.Disconnect();
            }
            await ShowsAsync(0, "chmpx shows connections that were closed", cancellationToken);
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            servers[0].Reconnect();
            await ConnectedToAsync(servers[0], cancellationToken);
            foreach (var other in servers.Skip(1))
            {
                // Reachable while chmpx still goes through its list, it would be connected without a restart.
                await RefusedByAsync(other, cancellationToken);
            }
        }
        finally
        {
            foreach (var server in servers.Where(server => server.IsCutOff))
            {
                server.Reconnect();
            }
        }
    }

    /// <summary>A server loses power, and some time later the slave's kernel and the ring notice.</summary>
    /// <param name="unnoticed">How long that takes; in a real network minutes.</param>
    public async Task PowerOffAsync(ServerNode server, TimeSpan unnoticed, CancellationToken cancellationToken)
    {
        await cluster.PowerOffAsync(server);
        try
        {
            await Task.Delay(unnoticed, cancellationToken);
        }
        finally
        {
            await cluster.NoticeAsync(server);
        }
    }

    /// <summary>The slave's clock is a day ahead when chmpx starts, and then the connections are lost.</summary>
    public async Task MoveClockAsync(Func<CancellationToken, Task> connected, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(ClockFile, $"{Day}\n", cancellationToken);
        // The agent must have seen each of it: it takes a chmpx that it never saw connected for one that is not admitted yet, and does not restart it.
        await world.Units.StopAsync("chmpx.service");
        await AgentSeesAsync(0, "the agent has not seen that chmpx was stopped", cancellationToken);
        await world.Units.StartAsync("chmpx.service");
        await connected(cancellationToken);
        await AgentSeesAsync(cluster.Servers.Count, "the agent has not seen that chmpx is connected again", cancellationToken);
        foreach (var server in cluster.Servers)
        {
            server.Disconnect();
        }
        await ShowsAsync(0, "chmpx shows connections that were closed", cancellationToken);
    }

    private Task AgentSeesAsync(int connected, string otherwise, CancellationToken cancellationToken) => DbaasWorld.UntilAsync(
        _ => Task.FromResult(world.ReadStatus()?.ConnectedCuks.Count == connected ? null : otherwise), StepTimeout, cancellationToken);

    /// <summary>The clock is correct again when chmpx starts.</summary>
    public async Task SetClockRightAsync()
    {
        File.Delete(ClockFile);
        await RestartChmpxAsync();
    }

    private async Task RestartChmpxAsync()
    {
        await world.Units.StopAsync("chmpx.service");
        await world.Units.StartAsync("chmpx.service");
    }

    private Task ConnectedToAsync(ServerNode server, CancellationToken cancellationToken) => DbaasWorld.UntilAsync(
        _ => Task.FromResult(server.ConnectedSlaves.Contains(world.Cuk) ? null : $"{server.Name} does not have the slave among its connections"), StepTimeout, cancellationToken);

    private Task RefusedByAsync(ServerNode server, CancellationToken cancellationToken) => DbaasWorld.UntilAsync(
        async token => await world.ViewAsync(token) is { } view && view.Servers.Any(shown => shown.Cuk == server.Cuk && shown.Status.Contains("[DOWN]", StringComparison.Ordinal))
            ? null : $"chmpx does not show {server.Name} as down", StepTimeout, cancellationToken);

    private Task ShowsAsync(int connected, string problem, CancellationToken cancellationToken) => DbaasWorld.UntilAsync(
        async token => await world.ViewAsync(token) is { } view && view.Connected == connected ? null : problem, StepTimeout, cancellationToken);
}
