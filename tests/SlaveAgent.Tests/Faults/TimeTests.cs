using System.Globalization;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Faults;

/// <summary>Clocks that jump, hosts that sleep, and time that is long.</summary>
[Collection(nameof(Alone))]
public sealed class TimeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clock_that_jumps_either_way_changes_nothing()
    {
        var run = new FaultRun("clock jumps");
        await using var service = new BadService(secure: false);
        await using var box = new FaultBox(run, service, TimeSpan.FromSeconds(5));
        await box.ConvergeAsync(TimeSpan.FromMinutes(3));
        var jumps = FaultRun.Times(100, 2000);
        for (var jump = 0; jump < jumps; jump++)
        {
            var requests = service.Requests;
            box.Time.AdjustTime(box.Time.GetUtcNow().AddSeconds(run.Random.Next(-40_000_000, 40_000_000)));
            service.Bad = run.Random.Next(4) == 0 ? BadAnswers.All.Single(kind => kind.Name == "429 with seconds") : null;
            box.Servers = [.. box.Servers.Skip(1), $"svr{jump + 10}"];
            await box.RunForAsync(TimeSpan.FromSeconds(90));
            service.Bad = null;
            await box.ConvergeAsync(TimeSpan.FromMinutes(3));
            Assert.True(service.Requests - requests < 60, run.Repeat($"{service.Requests - requests} requests after a jump"));
        }

        run.Say($"{jumps} jumps of up to 15 months either way");
    }

    [Fact]
    public async Task A_million_polls_leave_nothing_behind()
    {
        var run = new FaultRun("polls");
        var polls = FaultRun.Times(3_000, 1_000_000);
        await using var service = new BadService(secure: false);
        await using var box = new FaultBox(run, service, TimeSpan.FromHours(1));
        await box.ConvergeAsync(TimeSpan.FromMinutes(3));
        while (service.Requests < polls / 10)
        {
            await box.PassAsync();
        }

        var (memory, lines, seen, polled) = (GC.GetTotalMemory(forceFullCollection: true), box.Log.Lines.Count, box.Log.Seen.Count, service.Requests);
        while (service.Requests < polls)
        {
            await box.PassAsync();
            run.Progress(service.Requests, polls);
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        run.Say($"{service.Requests} requests in {box.Time.GetUtcNow() - new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero)}, heap grown by {grown} bytes, {box.Log.Lines.Count - lines} lines logged");

        // A poll that finds nothing new logs nothing that an operator sees, and little else.
        Assert.Equal(seen, box.Log.Seen.Count);
        Assert.True(box.Log.Lines.Count - lines < (service.Requests - polled) / 10, run.Repeat($"{box.Log.Lines.Count - lines} lines for {service.Requests - polled} polls"));
        Assert.Equal(1, box.Current!.FileVersion);

        Assert.True(grown < 4 * 1024 * 1024, run.Repeat($"the heap grew by {grown} bytes"));
    }

    [Fact]
    public async Task A_day_of_watching_with_a_clock_that_hurries_leaves_memory_and_descriptors_flat()
    {
        var run = new FaultRun("a day of watching");
        var hours = FaultRun.Times(1, 24);
        await using var service = new BadService(secure: false);
        await using var box = new FaultBox(run, service, TimeSpan.FromSeconds(1));
        await box.ConvergeAsync(TimeSpan.FromMinutes(3));
        await box.RunForAsync(TimeSpan.FromHours(hours / 4.0));
        var (looks, requests) = (box.Looks, service.Requests);
        var (heap, resident, descriptors) = (GC.GetTotalMemory(forceFullCollection: true), Resident(Environment.ProcessId), Descriptors(Environment.ProcessId));
        await box.RunForAsync(TimeSpan.FromHours(hours));
        var (heapAfter, residentAfter, descriptorsAfter) = (GC.GetTotalMemory(forceFullCollection: true), Resident(Environment.ProcessId), Descriptors(Environment.ProcessId));
        run.Say(
            $"{hours} h: {box.Looks - looks} looks, {service.Requests - requests} requests; heap {heap} -> {heapAfter} bytes, "
            + $"resident {resident} -> {residentAfter} kB, descriptors {descriptors} -> {descriptorsAfter}");
        Assert.Equal(1, box.Current!.FileVersion);
        Assert.Equal(0, box.Restarts);

        Assert.True(heapAfter - heap < 4 * 1024 * 1024, run.Repeat($"the heap grew from {heap} to {heapAfter} bytes"));
        Assert.True(descriptorsAfter - descriptors < 10, run.Repeat($"{descriptors} descriptors became {descriptorsAfter}"));
    }

    [Fact]
    public async Task Many_looks_and_polls_leave_the_process_as_large_as_it_was()
    {
        var run = new FaultRun("the process over many looks and polls");
        var looks = FaultRun.Times(600, 12_000);
        var seen = 0;
        await using var host = await FaultHost.BootstrappedAsync(
            servers: 3, "watch:\n  ring_interval: 50ms\n  k2hr3_interval: 1s\n", self =>
            {
                Interlocked.Increment(ref seen);
                return self.Dump();
            });
        await using var daemon = host.StartDaemon();
        await host.UntilConnectedAsync(daemon);
        // Twenty looks and a poll a second, which is as fast as the settings let it.
        var began = seen;
        await UntilAsync(() => seen - began >= looks / 5, daemon);
        var (resident, descriptors) = (Resident(daemon.Pid), await LeastDescriptorsAsync(daemon.Pid));
        var polls = host.K2hr3.Counts.Total;
        await UntilAsync(() => seen - began >= looks, daemon);
        var (later, laterDescriptors) = (Resident(daemon.Pid), await LeastDescriptorsAsync(daemon.Pid));
        run.Say($"{seen - began} looks, {host.K2hr3.Counts.Total - polls} polls since the first fifth: resident {resident} -> {later} kB, descriptors {descriptors} -> {laterDescriptors}");
        // Just-in-time compilation takes minutes to stop growing.
        Assert.True(later - resident < FaultRun.Times(64, 8) * 1024, run.Repeat($"resident memory grew from {resident} to {later} kB"));
        // The last request's connection may still be open, or not.
        Assert.InRange(laterDescriptors - descriptors, -4, 4);
    }

    [Fact]
    public async Task A_host_that_slept_comes_back_connected()
    {
        var run = new FaultRun("a host that sleeps");
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        await using var daemon = host.StartDaemon();
        await host.UntilConnectedAsync(daemon);
        var sleeps = FaultRun.Times(2, 50);
        for (var sleep = 0; sleep < sleeps; sleep++)
        {
            // The process does not run, its clock goes on, and K2HR3 changes its mind meanwhile and hangs up.
            daemon.Signal("SIGSTOP");
            await host.ChangeAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(300), Cancel);
            daemon.Signal("SIGCONT");
            await host.UntilCurrentAsync(daemon);
        }

        Assert.Null(host.WhyBroken());
        run.Say($"{sleeps} times");
    }

    private static Task UntilAsync(Func<bool> isSo, RunningAgent daemon) => FaultRun.IsLong ? LongAsync(isSo, daemon) : daemon.UntilAsync(isSo, "it does not look");

    private static async Task LongAsync(Func<bool> isSo, RunningAgent daemon)
    {
        while (!isSo())
        {
            Assert.False(daemon.HasEnded, daemon.Output);
            await Task.Delay(1000, Cancel);
        }
    }

    private static int Resident(int pid) => int.Parse(
        File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    // Not the assemblies, which .NET opens as it comes to need them.
    // Between what a look, a request or a tool of the host's has open for a moment.
    private static async Task<int> LeastDescriptorsAsync(int pid)
    {
        var least = int.MaxValue;
        for (var sample = 0; sample < 20; sample++)
        {
            least = Math.Min(least, Descriptors(pid));
            await Task.Delay(20, Cancel);
        }

        return least;
    }

    private static int Descriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd")
        .Count(entry => new FileInfo(entry).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) is not true);
}
