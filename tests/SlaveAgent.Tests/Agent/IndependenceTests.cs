using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Tests.Agent;

/// <summary>What hangs for its whole deadline holds up nothing else. Each deadline is longer than these tests wait.</summary>
public sealed class IndependenceTests
{
    private static readonly Outage Hanging = new(OutageMode.Slow, Delay: TimeSpan.FromHours(1));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deleted_configuration_is_back_and_chmpx_is_watched_while_a_request_to_K2HR3_hangs()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "k2hr3:\n  timeout: 5m\nwatch:\n  k2hr3_interval: 1s\n");
        await world.WatchAsync();
        await HangK2hr3Async(world);

        File.Delete(world.IniPath);
        await world.UntilAsync(() => world.HasFile, "the configuration is not back");
        await world.ConnectedAsync();
        await world.Units.StopAsync("chmpx.service");
        await world.ConnectedAsync();
    }

    [Fact]
    public async Task A_deleted_configuration_is_back_long_before_the_next_poll()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  ring_interval: 1h\n");
        await world.WatchAsync();
        for (var time = 1; time <= 3; time++)
        {
            File.Delete(world.IniPath);
            await world.UntilAsync(() => world.HasFile, $"the configuration is not back, deletion {time}");
        }
    }

    [Fact]
    public async Task What_another_process_wrote_is_known_to_be_loaded_long_before_the_next_poll()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1h\n  ring_interval: 1h\n");
        await world.WatchAsync();
        for (var time = 1; time <= 3; time++)
        {
            var (exitCode, output) = await world.RunAsync("regenerate", "--force");
            Assert.True(exitCode == 0, output);
            var written = world.File.Generation;
            await world.UntilAsync(() => world.Status?.Generation.Loaded == written, $"generation {written} is not known to be loaded");
        }
    }

    [Fact]
    public async Task At_a_boot_with_a_K2HR3_that_hangs_the_services_start_and_the_slave_connects()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "k2hr3:\n  timeout: 5m\n");
        await world.Units.StopAsync("chmpx.service");
        await world.K2hr3.SetOutageAsync(Hanging, Cancel);
        Directory.Delete(world.Path("/run"), recursive: true);

        world.Agent.Start();
        await world.ConnectedAsync();
    }

    [Theory]
    [InlineData("systemctl")]
    [InlineData("dpkg-query")]
    public async Task A_tool_that_hangs_holds_up_neither_the_ring_nor_the_file_nor_K2HR3(string tool)
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n  role_interval: 1s\n");
        await world.WatchAsync();
        var called = HangTool(world, tool);
        ProcessSignal.Send(await world.DaemonPidAsync(), "SIGHUP");
        await world.UntilAsync(() => File.Exists(called), $"{tool} is not called");

        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
        File.Delete(world.IniPath);
        await world.UntilAsync(() => world.HasFile, "the configuration is not back");

        // A chmpx that misses its file for over half a second notices no other any more, and only systemctl can restart it.
        if (tool != "systemctl")
        {
            await world.ConnectedAsync();
        }
    }

    /// <summary>Waits until a request of the agent's hangs.</summary>
    private static async Task HangK2hr3Async(AgentWorld world)
    {
        await world.K2hr3.SetOutageAsync(Hanging, Cancel);
        var before = world.K2hr3.Counts.Total;
        await world.UntilAsync(() => world.K2hr3.Counts.Total > before, "K2HR3 is not asked");
    }

    /// <returns>A file that is there once the tool was called.</returns>
    private static string HangTool(AgentWorld world, string tool)
    {
        var called = Path.Join(world.Layout.Directory, $"{tool}.called");
        var script = Path.Join(world.Layout.Bin, tool);
        File.Delete(script);
        File.WriteAllText(script, $"#!/bin/sh\n: > '{called}'\nexec sleep 3600\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return called;
    }
}
