using SlaveAgent.Files;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Faults;

/// <summary>Several agents, regenerate, bootstrap and the shell tooling on one root.</summary>
public sealed class TogetherTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bootstrap_has_the_identity_in_its_files_before_it_wakes_a_paused_daemon()
    {
        SystemCalls.Require();
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        Directory.Delete(host.At("/etc/antpickax"), recursive: true);
        await File.WriteAllTextAsync(host.At("/var/lib/k2hdkc-slave-agent/unregistered"), string.Empty, TestContext.Current.CancellationToken);
        var log = host.At("/strace.log");
        var (code, output) = await host.BootstrapAsync(SystemCalls.Trace(log));
        Assert.True(code == 0, output);
        var calls = SystemCalls.Read(log, host.Root);
        var woken = calls.Index().Single(call => call.Item.Name == "unlink" && call.Item.Path.EndsWith("/unregistered", StringComparison.Ordinal)).Index;
        var identity = calls.Index().Where(call => call.Item.Target is { } target && target.Contains("/k2hr3-", StringComparison.Ordinal) && !target.Contains("/k2hr3-pace", StringComparison.Ordinal)).ToList();
        Assert.Equal(9, identity.Count);
        Assert.All(identity, call => Assert.True(call.Index < woken, $"{call.Item.Target} comes after the mark is gone"));
    }

    [Fact]
    public async Task Of_many_daemons_that_begin_at_once_one_stays_and_the_others_end_with_1()
    {
        var run = new FaultRun("daemons at once");
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        var rounds = FaultRun.Times(2, 30);
        for (var round = 0; round < rounds; round++)
        {
            var daemons = Enumerable.Range(0, 5).Select(_ => host.StartDaemon()).ToList();
            try
            {
                await daemons[0].UntilAsync(() => daemons.Count(daemon => daemon.HasEnded) == daemons.Count - 1, run.Repeat("more than one stays, or none"));
                await host.ChangeAsync();
                var stayed = daemons.Single(daemon => !daemon.HasEnded);
                await host.UntilCurrentAsync(stayed);
                Assert.Equal(stayed.Pid, FileLock.LivingHolderOf(new HostRoot(host.Root).Agent.DaemonLock));
                foreach (var other in daemons.Where(daemon => daemon.HasEnded))
                {
                    Assert.Equal(1, await other.EndedAsync());
                }
            }
            finally
            {
                foreach (var daemon in daemons)
                {
                    await daemon.KillAsync();
                }
            }
        }

        run.Say($"{rounds} rounds of 5");
    }

    [Fact]
    public async Task Regenerate_and_bootstrap_in_numbers_beside_a_daemon_leave_every_file_whole_and_each_generation_once()
    {
        var run = new FaultRun("regenerate and bootstrap at once");
        await using var host = await FaultHost.BootstrappedAsync(servers: 2, "configuration:\n  keep: 1000\n");
        var rounds = FaultRun.Times(3, 60);
        await using var daemon = host.StartDaemon();
        await host.UntilConnectedAsync(daemon);
        var written = 0;
        for (var round = 0; round < rounds; round++)
        {
            await host.ChangeAsync();
            Task<(int ExitCode, string Output)>[] all = [.. Enumerable.Range(0, 4).Select(_ => host.RegenerateAsync()), host.BootstrapAsync(), host.BootstrapAsync()];
            var watching = Task.Run(() => WatchAsync(host, all), Cancel);
            var results = await Task.WhenAll(all);
            await watching;
            // One of two bootstraps may wait for the other.
            Assert.All(results[..4], result => Assert.True(result.ExitCode == 0, run.Repeat(result.Output)));
            Assert.All(results[4..], result => Assert.True(result.ExitCode is 0 or 75, run.Repeat(result.Output)));
            written += 4;
            await host.UntilCurrentAsync(daemon);
            Assert.True(host.WhyBroken() is null, run.Repeat($"{host.WhyBroken()}"));

            // The daemon writes its status meanwhile, and has a stage of it for a moment.
            await daemon.UntilAsync(() => host.Stages.Count == 0, run.Repeat("a stage stays"));
        }

        Assert.False(daemon.HasEnded);
        Assert.True(host.Status!.LastError is null, run.Repeat($"{host.Status.LastError}"));
        var generations = Directory.GetFiles(host.At("/var/lib/k2hdkc-slave-agent/generations"), "generation-*.ini").Length;
        Assert.True(generations >= written, run.Repeat($"{generations} generations are kept of at least {written} that were written"));
        run.Say($"{rounds} rounds of 4 regenerate and 2 bootstrap beside a daemon, {generations} generations");
    }

    [Fact]
    public async Task What_the_shell_tooling_writes_into_the_file_in_place_is_repaired_each_time()
    {
        var run = new FaultRun("the shell tooling");
        var rounds = FaultRun.Times(5, 300);
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        await using var daemon = host.StartDaemon();
        await host.UntilConnectedAsync(daemon);
        for (var round = 0; round < rounds; round++)
        {
            // As its helper does: truncated, then written bit by bit, of another making; now and then half of it, or gone.
            var text = await File.ReadAllTextAsync(host.IniPath, Cancel);
            var script = run.Random.Next(4) switch
            {
                0 => $"cat '{host.At("/shell.tmp")}' > '{host.IniPath}'",
                1 => $"head -c {run.Random.Next(text.Length)} '{host.At("/shell.tmp")}' > '{host.IniPath}'",
                2 => $"rm -f '{host.IniPath}'; sleep 0.0{run.Random.Next(10)}; cp '{host.At("/shell.tmp")}' '{host.IniPath}'",
                _ => $": > '{host.IniPath}'; sleep 0.0{run.Random.Next(10)}; cat '{host.At("/shell.tmp")}' >> '{host.IniPath}'",
            };
            await File.WriteAllTextAsync(host.At("/shell.tmp"), text.Replace("CUSTOM_ID_SEED", "# CUSTOM_ID_SEED", StringComparison.Ordinal), Cancel);
            await host.ChangeAsync();
            var (code, output) = await host.RunAsync(["sh", "-c", script], null);
            Assert.True(code == 0, output);
            await host.UntilCurrentAsync(daemon);
        }

        Assert.Null(host.WhyBroken());
        run.Say($"{rounds} writes in place");
    }

    /// <summary>Reads the file all the while: whatever is seen at its path is whole.</summary>
    private static async Task WatchAsync(FaultHost host, Task[] until)
    {
        while (!until.All(task => task.IsCompleted))
        {
            Assert.Null(host.WhyBroken());
            Assert.NotNull(FileStatus.Of(host.IniPath));
            await Task.Delay(5, Cancel);
        }
    }
}
