using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Agent;

/// <summary>Servers that lose power while programs on the host send them messages: no FIN, no RST, and nothing is acknowledged any more.</summary>
public sealed class SilentServerTests
{
    [Fact]
    public async Task One_that_loses_power_is_half_open_and_chmpx_keeps_its_other_connections()
    {
        await using var world = await WatchedAsync();
        var before = world.Status!.ChmpxRestarts;
        var cluster = (ServerCluster)world.Cluster;
        var lost = cluster.Servers[0];

        await cluster.PowerOffAsync(lost);
        await world.UntilAsync(() => StateOf(lost) == ServerStates.HalfOpen, "the agent takes the server for connected");
        Assert.Equal(2, world.Status!.Servers.Connected);

        await cluster.NoticeAsync(lost);
        await cluster.ForgetAsync(lost);
        await cluster.AddAsync();
        await world.WatchingAsync();
        Assert.Equal(before, world.Status!.ChmpxRestarts);

        string? StateOf(ServerNode server) => world.Status?.Servers.List.SingleOrDefault(known => known.Cuk == server.Cuk)?.State;
    }

    [Fact]
    public async Task Where_all_lose_power_chmpx_is_restarted_and_connected_to_those_that_take_their_place()
    {
        await using var world = await WatchedAsync();
        var before = world.Status!.ChmpxRestarts;
        var cluster = (ServerCluster)world.Cluster;
        var lost = cluster.Servers;

        foreach (var server in lost)
        {
            await cluster.PowerOffAsync(server);
        }
        await world.UntilAsync(() => world.Status?.Servers.Connected == 0, "the agent takes servers for connected");
        foreach (var server in lost)
        {
            await cluster.ForgetAsync(server);
            await cluster.AddAsync();
        }

        await world.WatchingAsync();
        Assert.Equal(before!.Value.Next(isByAgent: true), world.Status!.ChmpxRestarts);
    }

    private static async Task<AgentWorld> WatchedAsync()
    {
        var world = await AgentWorld.CreateAsync(servers: 3, "watch:\n  k2hr3_interval: 1s\n");
        HostSetup.Write(world.Layout, "var/lib/sandbox/traffic", "50");
        await world.BootstrapAsync();
        await world.WatchAsync();
        return world;
    }
}
