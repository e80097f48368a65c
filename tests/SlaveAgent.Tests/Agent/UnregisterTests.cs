using SlaveAgent.Files;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Status;
using SlaveAgent.Tests.Faults;

namespace SlaveAgent.Tests.Agent;

/// <summary>What <c>unregister</c> does beside a daemon and to systemd, as a process.</summary>
public sealed class UnregisterTests
{
    /// <summary>Far longer than an unregister that does not wait takes to its request; one that waits is not hurried by it.</summary>
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(6);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_neither_stops_chmpx_nor_leaves_its_role_before_the_daemon_has_paused()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        var unregistered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.K2hr3.OnAnswer = (request, answer) =>
        {
            if (request.Kind == RequestKind.Unregister)
            {
                unregistered.TrySetResult();
            }

            return answer;
        };

        // The lock of a daemon that is in the middle of its work.
        var work = FileLock.TryTake(world.Path("/run/k2hdkc-slave-agent/work.lock"));
        Assert.NotNull(work);
        var running = world.RunAsync("unregister");
        await world.UntilAsync(() => File.Exists(world.Path("/var/lib/k2hdkc-slave-agent/unregistered")), "unregister does not begin");
        await Task.WhenAny(unregistered.Task, Task.Delay(Enough, Cancel));
        Assert.False(unregistered.Task.IsCompleted);
        Assert.Equal(UnitState.Active, world.Units.StatusOf("chmpx.service").State);

        // Of the connection in the former role nothing is to be known in the next one.
        var memory = world.Path("/run/k2hdkc-slave-agent/connection.json");
        Assert.True(File.Exists(memory));
        work.Dispose();
        var (code, output) = await running;
        Assert.False(File.Exists(memory));

        Assert.True(code == 0, output);
        Assert.True(unregistered.Task.IsCompleted);
    }

    [Fact]
    public async Task Killed_between_any_two_of_its_files_it_goes_on_where_it_was()
    {
        SystemCalls.Require();
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        var kills = 0;
        string output;
        for (var code = 137; code != 0; kills += code == 0 ? 0 : 1)
        {
            // Each run comes one file further than the one before it.
            using var run = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
                "strace", ["-f", "-qq", "-o", "/dev/null", "-e", "trace=unlink,unlinkat", "-e", $"inject=unlink,unlinkat:signal=KILL:when={kills + 1}", AgentProgram.DefaultPath, "unregister", "--root", world.Layout.Root])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                Environment = { ["PATH"] = world.Layout.SearchPath },
            })!;
            var said = run.StandardError.ReadToEndAsync(Cancel);
            output = await run.StandardOutput.ReadToEndAsync(Cancel) + await said;
            await run.WaitForExitAsync(Cancel);
            code = run.ExitCode;
            Assert.True(code is 0 or 137, $"ended with {code} after {kills} kills: {output}");
            Assert.True(kills < 100, output);
        }

        Assert.InRange(kills, 3, 100);
        Assert.Empty(Directory.EnumerateFiles(world.Path("/etc/antpickax"), "k2hr3-*"));
        Assert.False(Directory.Exists(world.Paths.IdentityDirectory));
        Assert.False(File.Exists(world.IniPath));
        Assert.Equal(UnitState.Inactive, world.Units.StatusOf("chmpx.service").State);
        await world.BootstrapAsync();
    }

    [Fact]
    public async Task Run_again_it_stops_a_chmpx_that_it_could_not_stop_before()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        var ini = await File.ReadAllTextAsync(world.IniPath, Cancel);
        var (code, output) = await world.RunAsync("unregister");
        Assert.True(code == 0, output);
        await File.WriteAllTextAsync(world.IniPath, ini, Cancel);
        await world.Units.StartAsync("chmpx.service");

        (code, output) = await world.RunAsync("unregister");
        Assert.True(code == 0, output);
        Assert.Equal(UnitState.Inactive, world.Units.StatusOf("chmpx.service").State);
        Assert.False(File.Exists(world.IniPath));
    }

    [Fact]
    public async Task After_removing_the_drop_in_of_chmpxs_unit_systemd_reloads_its_units()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        const string DropIn = "etc/systemd/system/chmpx.service.d/k2hdkc-slave-agent.conf";
        HostSetup.Write(world.Layout, DropIn, "[Service]\nType=simple\n");
        await SupervisorClient.AskAsync(world.Layout.Socket, new SupervisorRequest("systemctl", ["daemon-reload"]), Cancel);
        var before = world.Host.Calls.Count;

        var (code, output) = await world.RunAsync("unregister");

        Assert.True(code == 0, output);
        Assert.False(File.Exists(world.Path($"/{DropIn}")));
        Assert.Single(world.Host.Calls.Skip(before), call => call.Tool == "systemctl" && call.Arguments.SequenceEqual(["daemon-reload"]));
    }
}
