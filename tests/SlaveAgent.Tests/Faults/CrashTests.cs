using SlaveAgent.Files;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Faults;

/// <summary>The agent is killed at every system call of its write path and at random moments, and started again.</summary>
public sealed class CrashTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_each_system_call_of_the_write_path_the_file_is_whole_and_the_next_run_goes_on()
    {
        SystemCalls.Require();
        var run = new FaultRun("kill at each system call of regenerate");
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        var log = host.At("/strace.log");
        var (calls, _) = await RecordAsync(host, log, host.RegenerateAsync);
        var points = calls.Select(call => (call.Name, call.Number)).Distinct().OrderBy(_ => run.Random.Next()).ToList();
        var hit = new HashSet<string>();
        var kills = 0;
        foreach (var (name, number) in points.Take(FaultRun.Times(12, int.MaxValue)))
        {
            await host.ChangeAsync();
            var (code, _) = await host.RegenerateAsync(SystemCalls.Trace(log, $"{name}:signal=KILL:when={number}"));
            Assert.True(host.WhyBroken() is null, run.Repeat($"after a kill at {name} {number}: {host.WhyBroken()}"));
            if (code != 0)
            {
                kills++;
                hit.UnionWith(SystemCalls.Read(log, host.Root).TakeLast(1).Select(call => call.Kind));
            }

            var (again, output) = await host.RegenerateAsync();
            Assert.True(again == 0, run.Repeat(output));
            Assert.True(host.IsCurrent() && host.WhyBroken() is null, run.Repeat($"the run after a kill at {name} {number} does not set it right: {host.WhyBroken()}"));
        }

        Assert.True(kills > 0, run.Repeat("nothing was killed"));
        run.Say($"{kills} kills at {points.Count} points; last calls: {string.Join(", ", hit.Order())}");
        await host.ChangeAsync();
        await using var daemon = host.StartDaemon();
        await host.UntilCurrentAsync(daemon);
        Assert.DoesNotContain(host.Stages, stage => stage.Contains("k2hdkc.ini", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Killed_at_each_system_call_of_bootstrap_it_can_be_run_again()
    {
        SystemCalls.Require();
        var run = new FaultRun("kill at each system call of bootstrap");
        List<(string Name, int Number)> points;
        await using (var host = await FaultHost.CreateAsync(servers: 2))
        {
            var log = host.At("/strace.log");
            var (calls, result) = await RecordAsync(host, log, host.BootstrapAsync);
            Assert.True(result == 0);
            points = [.. calls.Select(call => (call.Name, call.Number)).Distinct().OrderBy(_ => run.Random.Next())];
        }

        var kills = 0;
        foreach (var (name, number) in points.Take(FaultRun.Times(6, int.MaxValue)))
        {
            await using var host = await FaultHost.CreateAsync(servers: 2);
            var (code, _) = await host.BootstrapAsync(SystemCalls.Trace(host.At("/strace.log"), $"{name}:signal=KILL:when={number}"));
            kills += code == 0 ? 0 : 1;
            Assert.True(host.WhyBroken() is null, run.Repeat($"after a kill at {name} {number}: {host.WhyBroken()}"));
            var (again, output) = await host.BootstrapAsync();
            Assert.True(again == 0, run.Repeat(output));
            Assert.True(host.IsCurrent() && host.WhyBroken() is null, run.Repeat($"{host.WhyBroken()}"));
            Assert.Empty(host.Stages);
        }

        Assert.True(kills > 0, run.Repeat("nothing was killed"));
        run.Say($"{kills} kills at {points.Count} points");
    }

    [Fact]
    public async Task Killed_at_random_moments_of_bootstrap_and_watching_it_always_comes_back()
    {
        var run = new FaultRun("kill at random moments");
        var kills = FaultRun.Times(24, 1000);
        await using var host = await FaultHost.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n  ask_again: 50ms\n");
        var (broken, alive) = (0, 0);
        for (var kill = 0; kill < kills; kill++)
        {
            run.Progress(kill, kills);
            if (kill % 4 == 0)
            {
                // A bootstrap on a host that forgot everything, or whose state is as some earlier kill left it.
                if (run.Random.Next(2) == 0)
                {
                    // A bootstrap that was killed at once has made none.
                    foreach (var directory in new[] { host.At("/var/lib/k2hdkc-slave-agent"), host.At("/etc/antpickax") }.Where(Directory.Exists))
                    {
                        Directory.Delete(directory, recursive: true);
                    }
                }

                await host.ChangeAsync();
                await using var bootstrap = host.Start(FaultHost.Program, "bootstrap", "--token-file", TokenFile(host), "--root", host.Root);
                // The moment is what varies here, not a wait for something.
                await Task.Delay(run.Random.Next(0, 1200), Cancel);
                alive += bootstrap.HasEnded ? 0 : 1;
            }
            else
            {
                await using var daemon = host.StartDaemon();
                await host.ChangeAsync();
                await Task.Delay(run.Random.Next(0, 1500), Cancel);
                alive += daemon.HasEnded ? 0 : 1;
            }

            Assert.True(host.WhyBroken() is null, run.Repeat($"after kill {kill}: {host.WhyBroken()}"));
            broken += host.IsCurrent() ? 0 : 1;
            if (!File.Exists(host.At("/etc/antpickax/k2hr3-role-token")))
            {
                var (code, output) = await host.BootstrapAsync();
                Assert.True(code == 0, run.Repeat(output));
            }
        }

        Assert.True(alive >= kills / 2, run.Repeat($"only {alive} of {kills} were still at work when they were killed"));
        await using var last = host.StartDaemon();
        await host.UntilCurrentAsync(last);
        await host.UntilConnectedAsync(last);
        Assert.DoesNotContain(host.Stages, stage => stage.Contains("k2hdkc.ini", StringComparison.Ordinal));
        run.Say($"{kills} kills, {alive} of them at work, {broken} of them before the change of the moment was written");
    }

    private static string TokenFile(FaultHost host)
    {
        var path = host.At("/root-token");
        AtomicFile.Write(path, host.Token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static async Task<(IReadOnlyList<SystemCall> Calls, int ExitCode)> RecordAsync(FaultHost host, string log, Func<string[], Task<(int ExitCode, string Output)>> command)
    {
        await host.ChangeAsync();
        var (code, output) = await command(SystemCalls.Trace(log));
        Assert.True(code == 0, output);
        var calls = SystemCalls.Read(log, host.Root);
        Assert.Contains(calls, call => call.Name is "rename" or "renameat2" && call.Target == "/etc/antpickax/k2hdkc.ini");
        return (calls, code);
    }
}
