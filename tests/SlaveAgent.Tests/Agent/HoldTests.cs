using System.Text.RegularExpressions;
using SlaveAgent.Composition;
using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Agent;

/// <summary>Pause, resume and rollback with the agent as a process.</summary>
public sealed class HoldTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_paused_agent_observes_and_reports_and_changes_nothing_until_it_is_resumed_or_the_time_is_over()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n  role_interval: 1s\n");
        await world.WatchAsync();
        Assert.Equal(ExitCode.Done, (await world.RunAsync("pause", "--for", "infinity", "--reason", "an upgrade of the switch")).ExitCode);
        await world.UntilAsync(() => world.Status is { Control: { State: ControlStates.Paused, Reason: Reasons.Paused }, Hold: { Kind: "paused", Until: null, Why: not null } }, "the agent is not paused");

        // A server joins, a unit ends, the host is out of its role: all of it is seen, and nothing done.
        var before = world.File.Generation;
        await world.Cluster.AddAsync(1);
        await world.UntilAsync(() => world.Has(ConditionTypes.ConfigurationCurrent, Reasons.Paused) && world.Status!.Servers.List.Any(server => server.State == "unlisted"), "the new server is not seen");

        // By now what was under way as the pause came is over.
        var requests = world.K2hr3.Counts;
        await world.Units.StopAsync("chmpx.service");
        await world.UntilAsync(() => world.Status is { Connection.State: ConnectionStates.Disconnected } && world.Has(ConditionTypes.ServicesRunning, Reasons.Paused), "the stopped unit is not seen");
        Assert.Equal(before, world.File.Generation);
        Assert.Equal((requests[RequestKind.Register], requests[RequestKind.Keys]), (world.K2hr3.Counts[RequestKind.Register], world.K2hr3.Counts[RequestKind.Keys]));

        // Also by one that is started again.
        await world.Agent.StopAsync();
        world.Agent.Start();
        await world.UntilAsync(() => world.Status is { Control.Reason: Reasons.Paused } && world.Has(ConditionTypes.ServicesRunning, Reasons.Paused), "the new agent is not paused");
        Assert.Equal(ExitCode.TryAgainLater, (await world.RunAsync("regenerate")).ExitCode);

        Assert.Equal(ExitCode.Done, (await world.RunAsync("resume")).ExitCode);
        await world.ConnectedAsync();
        Assert.Equal(3, world.File.Servers.Count);
        await world.UntilAsync(() => world.Status is { Hold: null, Control.State: ControlStates.Current }, "the pause is not over");

        Assert.Equal(ExitCode.Done, (await world.RunAsync("pause", "--for", "1s")).ExitCode);
        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
    }

    [Fact]
    public async Task A_rollback_holds_the_earlier_generation_whatever_K2HR3_lists()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n");
        await world.WatchAsync();
        var two = world.File;
        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
        Assert.Equal(3, world.File.Servers.Count);

        Assert.Equal(ExitCode.Usage, (await world.RunAsync("rollback", "4711")).ExitCode);
        Assert.Equal(ExitCode.Done, (await world.RunAsync("rollback")).ExitCode);
        Assert.True(two.Servers.SetEquals(world.File.Servers));
        await world.UntilAsync(
            () => world.Status is { Hold: { Kind: "held" } hold, Control.State: ControlStates.Paused } && hold.Generation == two.Generation && world.Has(ConditionTypes.ConfigurationCurrent, Reasons.Held),
            "the configuration is not held");

        // Also when the file is lost.
        File.Delete(world.IniPath);
        await world.UntilAsync(() => world.HasFile, "the held configuration does not come back");
        Assert.True(two.Servers.SetEquals(world.File.Servers));

        Assert.Equal(ExitCode.Done, (await world.RunAsync("resume")).ExitCode);
        await world.ConnectedAsync();
        Assert.Equal(3, world.File.Servers.Count);
    }

    [Fact]
    public async Task A_rollback_leaves_a_pause_in_force_and_a_pause_leaves_what_was_gone_back_to()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n");
        await world.WatchAsync();
        var two = world.File;
        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();

        Assert.Equal(ExitCode.Done, (await world.RunAsync("pause", "--for", "infinity")).ExitCode);
        Assert.Equal(ExitCode.Done, (await world.RunAsync("rollback")).ExitCode);
        Assert.True(two.Servers.SetEquals(world.File.Servers));
        await world.UntilAsync(() => world.Status is { Hold: { Kind: "paused", Until: null } hold } && hold.Generation == two.Generation, "the pause is over, or nothing is held");

        Assert.Equal(ExitCode.Done, (await world.RunAsync("pause", "--for", "1s")).ExitCode);
        await world.UntilAsync(
            () => world.Status is { Hold: { Kind: "held" } hold } && hold.Generation == two.Generation && world.Has(ConditionTypes.ConfigurationCurrent, Reasons.Held),
            "the configuration is not held after the pause");
        Assert.True(two.Servers.SetEquals(world.File.Servers));

        Assert.Equal(ExitCode.Done, (await world.RunAsync("pause", "--for", "infinity")).ExitCode);
        Assert.Equal(ExitCode.Done, (await world.RunAsync("resume")).ExitCode);
        await world.ConnectedAsync();
        Assert.Equal(3, world.File.Servers.Count);
    }

    [Theory]
    [InlineData("^MODE *=.*$", "MODE = SERVER")]
    [InlineData("^PORT *=.*$", "PORT = 40000")]
    public async Task A_generation_that_would_be_refused_is_not_gone_back_to(string line, string wrongLine)
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        var copy = Path.Join(world.Paths.GenerationsDirectory, $"generation-{world.File.Generation}.ini");
        var wrong = Path.Join(world.Paths.GenerationsDirectory, "generation-900.ini");
        await File.WriteAllTextAsync(wrong, Regex.Replace(await File.ReadAllTextAsync(copy, Cancel), line, wrongLine, RegexOptions.Multiline), Cancel);
        var before = world.File.Generation;
        Assert.Equal(ExitCode.Failed, (await world.RunAsync("rollback", "900")).ExitCode);
        Assert.Equal(before, world.File.Generation);
        Assert.False(File.Exists(world.Paths.Hold));
    }
}
