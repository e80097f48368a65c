using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Tests.Agent;

/// <summary>The regression guard of what a quiet second costs, in counts, which a busy machine does not change.</summary>
public sealed class QuietSecondTests
{
    private const int Turns = 8;

    /// <summary>Turns before those that are counted: what follows a start, such as the services' second observation by systemctl and the reading of all sockets, is over then.</summary>
    private const int TurnsBefore = 24;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_look_at_the_ring_is_a_handful_of_system_calls_on_one_thread_and_starts_no_process()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1h\n  role_interval: 1h\n  ring_interval: 200ms\n");
        await world.WatchAsync();

        // The control port's own, and one message to the kernel with an answer for each of two connections.
        AssertCheap([.. (await TraceAsync(world, world.Names.SlaveControlPort)).Select(WithoutEnds)], calls: 12, threads: 1);
    }

    [Fact]
    public async Task A_poll_that_finds_nothing_changed_is_some_system_calls_on_a_few_threads_and_starts_no_process()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n  role_interval: 1h\n  jitter: 0%\n  ring_interval: 1h\n");
        await world.WatchAsync();
        var before = world.K2hr3.Counts.NotModified;
        var polls = await TraceAsync(world, world.K2hr3.Uri.Port);
        Assert.InRange(world.K2hr3.Counts.NotModified - before, polls.Count, int.MaxValue);
        AssertCheap(polls, calls: 18, threads: 4);
    }

    /// <summary>Of the threads in most turns only: on a busy machine an answer can come so late that it is awaited on another one.</summary>
    private static void AssertCheap(IReadOnlyList<string[]> turns, int calls, int threads)
    {
        var all = turns.Sum(turn => turn.Length);
        Assert.True(all <= turns.Count * calls, $"{all} system calls in {turns.Count} turns, more than {calls} each, such as\n{string.Join('\n', turns.MaxBy(turn => turn.Length) ?? [])}");
        var expensive = turns.Where(turn => Threads(turn) > threads).ToList();
        Assert.True(expensive.Count <= turns.Count / 3, $"{expensive.Count} of {turns.Count}, such as\n{string.Join('\n', expensive.FirstOrDefault([]))}");
        Assert.DoesNotContain(
            turns.SelectMany(turn => turn),
            line => line.Contains("execve(", StringComparison.Ordinal) || (line.Contains("clone", StringComparison.Ordinal) && !line.Contains("CLONE_THREAD", StringComparison.Ordinal)));
    }

    private static int Threads(string[] turn) => turn.Where(line => !line.Contains("clone", StringComparison.Ordinal)).Select(ThreadOf).Distinct().Count();

    /// <returns>The daemon's system calls from each connection to the port until the next one begins, so that none is counted in part.</returns>
    private static async Task<IReadOnlyList<string[]>> TraceAsync(AgentWorld world, int port)
    {
        var file = world.Path("/strace.txt");
        using var strace = Start(file, await world.DaemonPidAsync());
        Assert.SkipWhen(strace is null, "there is no strace");
        await world.UntilAsync(() => strace!.HasExited || Connects(file, port).Length > TurnsBefore + Turns, "strace sees no connection", TimeSpan.FromMinutes(6));
        var isRefused = strace!.HasExited;
        ProcessSignal.Send(strace.Id, "SIGINT");
        await strace.WaitForExitAsync(Cancel);
        Assert.SkipWhen(isRefused, "strace may not look at another process here");
        var lines = await File.ReadAllLinesAsync(file, Cancel);
        var connects = Connects(file, port);
        return [.. connects.Zip(connects.Skip(1), (from, to) => lines[from..to]).TakeLast(Turns)];
    }

    /// <summary>
    /// The servers of other tests that run meanwhile have the same data port, and each end of a connection to it wakes the thread that listens for those.
    /// </summary>
    private static string[] WithoutEnds(string[] turn) => [.. turn.Where(line => ThreadOf(line) == ThreadOf(turn[0]) || !line.Contains(" recvmsg(", StringComparison.Ordinal))];

    private static string ThreadOf(string line) => line.Split(' ')[0];

    /// <summary>The lines where somebody connects to the port.</summary>
    private static int[] Connects(string file, int port) => File.Exists(file)
        ? [.. File.ReadAllLines(file).Index().Where(line => line.Item.Contains(" connect(", StringComparison.Ordinal) && line.Item.Contains($"_port=htons({port})", StringComparison.Ordinal)).Select(line => line.Index)]
        : [];

    private static Process? Start(string file, int pid)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(
                "strace", ["-f", "-qq", "-e", "trace=%network,execve,fork,vfork,clone,clone3", "-o", file, "-p", pid.ToString(CultureInfo.InvariantCulture)])
            {
                RedirectStandardError = true,
            });
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
