using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Tests.Agent;

/// <summary>The regression guard of what a quiet second costs, in counts, which a busy machine does not change.</summary>
public sealed class QuietSecondTests
{
    private const int Looks = 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_look_at_the_ring_is_a_handful_of_system_calls_on_one_thread_and_starts_no_process()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1h\n  ring_interval: 200ms\n");
        await world.WatchAsync();
        var file = world.Path("/strace.txt");
        using var strace = Start(file, await world.DaemonPidAsync());
        Assert.SkipWhen(strace is null, "there is no strace");
        await world.UntilAsync(() => strace!.HasExited || Ports(file).Length > Looks, "strace sees no looks");
        var isRefused = strace!.HasExited;
        ProcessSignal.Send(strace.Id, "SIGINT");
        await strace.WaitForExitAsync(Cancel);
        Assert.SkipWhen(isRefused, "strace may not look at another process here");

        // From one look's begin to the last one's, so that none is counted in part.
        var lines = await File.ReadAllLinesAsync(file, Cancel);
        var looks = Ports(file);
        var watched = lines[looks[0]..looks[^1]];
        Assert.InRange(watched.Length, 0, (looks.Length - 1) * 9);
        Assert.Single(watched.Where(line => !line.Contains("clone", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]).Distinct());
        Assert.DoesNotContain(watched, line => line.Contains("execve(", StringComparison.Ordinal) || (line.Contains("clone", StringComparison.Ordinal) && !line.Contains("CLONE_THREAD", StringComparison.Ordinal)));
    }

    /// <summary>The lines where a look at the control port connects.</summary>
    private static int[] Ports(string file) => File.Exists(file)
        ? [.. File.ReadAllLines(file).Index().Where(line => line.Item.Contains(" connect(", StringComparison.Ordinal) && line.Item.Contains("127.0.0.1", StringComparison.Ordinal)).Select(line => line.Index)]
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
