using SlaveAgent.Composition;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary>Hooks with the agent as a process; in the booted guest the same with systemd.</summary>
public sealed class HookTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hooks_are_told_of_a_connection_of_a_generation_and_of_a_lost_server_and_one_that_fails_shows_in_the_status()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n");
        PutUnit(world);
        PutHook(world, "10-log", $"printf '%s|' \"$K2HDKC_EVENT\" \"$K2HDKC_PREVIOUS_STATE\" \"$K2HDKC_STATE\" \"$K2HDKC_SERVERS_ADDED\" \"$K2HDKC_SERVERS_CONNECTED\" >>'{Log(world)}'; echo >>'{Log(world)}'");
        await world.WatchAsync();
        await ToldAsync(world, "generation|disconnected|connected|", "|2|");

        // A connection that is as it was told is told of no second time, also not by another agent.
        await world.UntilAsync(() => world.Has(ConditionTypes.HooksRun, Reasons.AsDesired), "the run is not seen to have ended");
        await world.Agent.StopAsync();
        await world.WatchAsync();
        await world.UntilAsync(() => world.Has(ConditionTypes.HooksRun, Reasons.AsDesired), "the run of before is not known");

        // A failing one holds up neither the others nor the connection.
        PutHook(world, "05-fails", "exit 3");
        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
        await ToldAsync(world, "generation|connected|connected|", "|3|");
        Assert.Equal(
            ["generation disconnected connected 2", "generation connected connected 3"],
            (await File.ReadAllLinesAsync(Log(world), Cancel)).Select(line => line.Split('|')).Select(told => $"{told[0]} {told[1]} {told[2]} {told[4]}"));
        await world.UntilAsync(
            () => world.Has(ConditionTypes.HooksRun, Reasons.HooksFailed) && world.Status!.Hooks is { Result: HookResults.Failed, Failed: [{ Name: "05-fails", Reason: HookFailure.Exit }] },
            "the failed hook is not in the status");
        Assert.Equal(ExitCode.Done, (await world.RunAsync("status")).ExitCode);
        File.Delete(Path.Join(world.Paths.HooksDirectory, "05-fails"));

        // Paused, it is told all the same.
        Assert.Equal(ExitCode.Done, (await world.RunAsync("pause")).ExitCode);
        foreach (var server in world.Cluster.Servers.ToList())
        {
            await world.Cluster.LoseAsync(server);
        }

        await ToldAsync(world, "connection|connected|disconnected||", "|0|");
        await world.UntilAsync(() => world.Has(ConditionTypes.HooksRun, Reasons.AsDesired), "the condition is not well again");
    }

    [Fact]
    public async Task Without_hooks_no_unit_is_started()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        PutUnit(world);
        await world.WatchAsync();
        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
        Assert.True(world.Has(ConditionTypes.HooksRun, Reasons.NoHooks));
        Assert.False(File.Exists(world.Paths.HookEnvironment));
        Assert.DoesNotContain(world.Units.Events, seen => seen.Unit == AgentUnits.Hook);
    }

    private static string Log(AgentWorld world) => world.Path("/told.txt");

    private static Task ToldAsync(AgentWorld world, string begin, string end) => world.UntilAsync(
        () => File.Exists(Log(world)) && File.ReadAllLines(Log(world)).Any(line => line.StartsWith(begin, StringComparison.Ordinal) && line.EndsWith(end, StringComparison.Ordinal)),
        $"no hook was told {begin}...{end}");

    /// <summary>As the package brings it, for this root.</summary>
    private static void PutUnit(AgentWorld world) => HostSetup.Write(world.Layout, $"usr/lib/systemd/system/{AgentUnits.Hook}", Repository.Read($"packaging/units/{AgentUnits.Hook}")
        .Replace("/usr/bin/k2hdkc-slave-agent run-hooks", $"{AgentProgram.DefaultPath} run-hooks --root {world.Layout.Root}", StringComparison.Ordinal)
        .Replace("=/run/", $"={world.Layout.Root}/run/", StringComparison.Ordinal));

    private static void PutHook(AgentWorld world, string name, string script)
    {
        var path = TempDirectory.PutAt(Path.Join(world.Paths.HooksDirectory, name), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
