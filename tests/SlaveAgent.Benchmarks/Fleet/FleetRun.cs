using System.Globalization;
using SlaveAgent.Benchmarks.Reporting;
using SlaveAgent.Settings;

namespace SlaveAgent.Benchmarks.Fleet;

/// <summary>One fleet's twenty-two minutes, and what came of it.</summary>
internal sealed class FleetRun
{
    public static readonly TimeSpan Away = TimeSpan.FromMinutes(3);
    public static readonly TimeSpan Back = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan Joins = TimeSpan.FromMinutes(12);
    public static readonly TimeSpan End = TimeSpan.FromMinutes(22);

    /// <summary>Slaves of a ring; chmpx holds 256 nodes as shipped.</summary>
    private const int RingSize = 250;

    /// <summary>The requests of a slave's first run.</summary>
    private const int StartRequests = 6;

    /// <summary>Of the launch: its starts alone are half of what K2HR3 can answer, because those that run already poll as well.</summary>
    private const int LaunchRoom = 2;

    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(5);

    private FleetRun(SimulatedK2hr3 k2hr3, int slaves, TimeSpan start, IReadOnlyList<TimeSpan> recovered, IReadOnlyList<TimeSpan> joined, int late)
    {
        (Arrived, Waiting) = ([.. k2hr3.Arrived.Skip((int)start.TotalSeconds)], [.. k2hr3.Waiting.Skip((int)start.TotalSeconds)]);
        Joined = Percentiles.Of(joined.Select(time => time.TotalSeconds));
        var quiet = Arrived.Take((int)Away.TotalSeconds).Average();
        var peak = Arrived.Skip((int)Back.TotalSeconds).Take(180).Max();
        var line = Waiting.Skip((int)Back.TotalSeconds).Take(300).Max();
        var back = Percentiles.Of(recovered.Select(time => time.TotalSeconds));
        Message = string.Create(CultureInfo.InvariantCulture,
            $"quiet {quiet:0.0}/s ({quiet * 3600 / slaves:0} an hour each); after the outage peak {peak}/s, queue {line}, {recovered.Count}/{slaves} answered after p50 {back.Median:0} s, all {back.Most:0} s; a new server at p50 {Joined.Median:0} s, p99 {Joined.P99:0} s, {joined.Count}/{Math.Min(slaves, RingSize)} of its ring after {Joined.Most:0} s; {late} requests answered too late from the return on");
    }

    public IReadOnlyList<int> Arrived { get; }

    public IReadOnlyList<int> Waiting { get; }

    /// <summary>Seconds from the server's joining until each slave has its entry.</summary>
    public Percentiles Joined { get; }

    public string Message { get; }

    public static FleetRun OfAgents(int slaves, int atATime, WatchSettings watch)
    {
        var time = new VirtualTime();
        var k2hr3 = new SimulatedK2hr3(time, atATime);
        var (ring, elsewhere) = (k2hr3.Servers, k2hr3.Servers);
        using var cancel = new CancellationTokenSource();
        var fleet = Enumerable.Range(0, slaves)
            .Select(number => new FleetSlave(
                time, FleetSlave.ClientOf(k2hr3, time, number, RingOf(number, slaves)), watch, RingOf(number, slaves) == 0 ? () => ring : () => elsewhere, RingSize, new Random(number)))
            .ToList();
        return Live(time, k2hr3, slaves, atATime, () => ring++, number => fleet[number].RunAsync(cancel.Token), () => fleet.Select(slave => (slave.AnsweredAt, slave.ChangedAt)));
    }

    public static FleetRun OfShellTooling(int slaves, int atATime)
    {
        var time = new VirtualTime();
        var k2hr3 = new SimulatedK2hr3(time, atATime);
        using var cancel = new CancellationTokenSource();
        using var http = new HttpMessageInvoker(k2hr3);
        var fleet = Enumerable.Range(0, slaves).Select(number => new ShellSlave(time, http, RingOf(number, slaves), new Random(number))).ToList();
        return Live(time, k2hr3, slaves, atATime, () => { }, number => fleet[number].RunAsync(cancel.Token), () => fleet.Select(slave => (slave.AnsweredAt, slave.ChangedAt)));
    }

    /// <summary>The members of a ring were launched all over the time.</summary>
    private static int RingOf(int number, int slaves) => number % Math.Max(1, slaves / RingSize);

    private static FleetRun Live(
        VirtualTime time, SimulatedK2hr3 k2hr3, int slaves, int atATime, Action join, Func<int, Task> run, Func<IEnumerable<(TimeSpan AnsweredAt, TimeSpan ChangedAt)>> look)
    {
        var launching = TimeSpan.FromMilliseconds(slaves * StartRequests * 45.0 * LaunchRoom / atATime);
        var start = launching + Settling;
        for (var number = 0; number < slaves; number++)
        {
            var slave = number;
            time.After(launching * number / slaves, () => time.Start(() => run(slave)));
        }

        time.RunUntil(start + Away);
        k2hr3.Leave();
        time.RunUntil(start + Back);
        k2hr3.Return();
        var lateBefore = k2hr3.GivenUp;
        var recovered = new Dictionary<int, TimeSpan>();
        while (time.Now < start + Joins)
        {
            time.Pass(TimeSpan.FromSeconds(1));
            foreach (var (number, (answered, _)) in look().Index())
            {
                if (answered > start + Back)
                {
                    recovered.TryAdd(number, answered - start - Back);
                }
            }
        }

        k2hr3.Servers++;
        join();
        time.RunUntil(start + End);
        return new FleetRun(
            k2hr3, slaves, start, [.. recovered.Values],
            [.. look().Where(slave => slave.ChangedAt > start + Joins).Select(slave => slave.ChangedAt - start - Joins)], k2hr3.GivenUp - lateBefore);
    }
}
