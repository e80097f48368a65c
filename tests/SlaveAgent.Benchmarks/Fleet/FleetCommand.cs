using System.CommandLine;
using System.Globalization;
using SlaveAgent.Benchmarks.Reporting;

namespace SlaveAgent.Benchmarks.Fleet;

/// <summary>
/// Thousands of watching loops against one K2HR3, in virtual time: three quiet minutes, two minutes without K2HR3, then a server that joins.
/// </summary>
internal static class FleetCommand
{
    /// <summary>A fleet larger than K2HR3 can answer is never still: which moment it is makes a difference.</summary>
    private static readonly int[] MinutesAlone = [3, 5, 10, 15, 20, 40, 70];

    public static Command Create()
    {
        var slaves = new Option<int>("--slaves") { Description = "How many", DefaultValueFactory = _ => 5000 };
        var atATime = new Option<int>("--at-a-time") { Description = "Requests that K2HR3 works on at a time, 45 ms each", DefaultValueFactory = _ => 4 };
        var outages = new Option<bool>("--outages") { Description = "Only what happens to whole fleets, by the schedule alone; a minute" };
        var command = new Command("fleet", "Requests a second, peak after an outage, time until all have a new server; writes results/fleet.json and plots") { slaves, atATime, outages };
        command.SetAction(parsed => parsed.GetValue(outages) ? RunOutages() : Run(parsed.GetValue(slaves), parsed.GetValue(atATime)));
        return command;
    }

    private static int RunOutages()
    {
        var report = new Report(Console.Out);
        var minutes = TimeSpan.FromMinutes(2);
        var events = new (string Name, int[] Slaves, Action<ScheduledFleet> Happens)[]
        {
            ("K2HR3 away for two minutes", [1_000, 5_000, 10_000], fleet =>
            {
                fleet.K2hr3.Leave();
                fleet.Pass(minutes);
                fleet.K2hr3.Return();
            }),
            ("power cut of everything, K2HR3 back two minutes after the hosts", [5_000, 10_000], fleet =>
            {
                fleet.End();
                fleet.K2hr3.Leave();
                fleet.Start(TimeSpan.FromSeconds(30), isConfigured: true);
                fleet.Pass(minutes);
                fleet.K2hr3.Return();
            }),
            ("all hosts started within 30 s", [5_000, 10_000], fleet => fleet.Start(TimeSpan.FromSeconds(30), isConfigured: true)),
            ("SIGHUP to all in one second", [1_000, 5_000, 10_000], fleet => fleet.HangUp()),
            ("K2HR3 back half as fast after two minutes", [5_000, 10_000], fleet =>
            {
                fleet.K2hr3.Leave();
                fleet.Pass(minutes);
                fleet.K2hr3.Return();
                fleet.K2hr3.AtATime = 2;
            }),
        };
        foreach (var (name, sizes, happens) in events)
        {
            foreach (var slaves in sizes)
            {
                var counts = MinutesAlone.AsParallel().AsOrdered().Select(alone =>
                {
                    var fleet = new ScheduledFleet(slaves).Settled(alone);
                    happens(fleet);
                    return fleet.Count(TimeSpan.FromMinutes(15));
                }).ToList();
                report.Add(
                    F($"{slaves} agents: {name}"), string.Empty,
                    F($"{counts.Min(count => count.Heard)} answered, the last after {counts.Max(count => count.AllHeard.TotalSeconds):0} s; queue {counts.Max(count => count.LongestQueue)}; {string.Join(", ", counts.Select(count => count.Late))} too late"),
                    null);
            }
        }

        report.Save(Repository.Result("fleet-outages.json"), new { at_a_time = ScheduledFleet.AtATime });
        report.WriteIntoPage("outages", figure => $"| {figure.Name} | {figure.Measured} |");
        return 0;
    }

    private static int Run(int slaves, int atATime)
    {
        var report = new Report(Console.Out);
        var fleets = new (string Name, Func<FleetRun> Run)[]
        {
            ($"{slaves} agents, defaults", () => FleetRun.OfAgents(slaves, atATime, FleetSettings.Defaults)),
            ($"{slaves * 2} agents, defaults", () => FleetRun.OfAgents(slaves * 2, atATime, FleetSettings.Defaults)),
            ($"{slaves * 2} agents, 5m", () => FleetRun.OfAgents(slaves * 2, atATime, FleetSettings.Defaults with { K2hr3Interval = TimeSpan.FromMinutes(5) })),
            ($"{slaves} of the shell tooling", () => FleetRun.OfShellTooling(slaves, atATime)),
            ($"{slaves * 2} of the shell tooling", () => FleetRun.OfShellTooling(slaves * 2, atATime)),
        };
        var runs = fleets.AsParallel().AsOrdered().WithDegreeOfParallelism(fleets.Length).Select(fleet => fleet.Run()).ToList();
        var (agent, twice, slow, shell) = (runs[0], runs[1], runs[2], runs[3]);
        foreach (var ((name, _), run) in fleets.Zip(runs))
        {
            report.Add(name, string.Empty, run.Message, null);
        }

        Plot("Requests a second at K2HR3", "requests / s", "fleet-requests.svg", run => run.Arrived);
        Plot("Hosts waiting at K2HR3", "waiting", "fleet-line.svg", run => run.Waiting);
        new Plot("A server joins the ring until slaves have its entry", "seconds", "% of slaves") { LargestX = (FleetRun.End - FleetRun.Joins).TotalSeconds }
            .Line(F($"{slaves} agents"), agent.Joined.Distribution()).Line(F($"{slaves * 2} agents"), twice.Joined.Distribution())
            .Line(F($"{slaves * 2} agents, 5m"), slow.Joined.Distribution()).Line(F($"{slaves} shell tooling"), shell.Joined.Distribution())
            .Save(Repository.Result("fleet-join.svg"));
        report.Save(Repository.Result("fleet.json"), new { slaves, at_a_time = atATime });
        report.WriteIntoPage("fleet", figure => $"| {figure.Name} | {figure.Measured} |");
        return 0;

        void Plot(string title, string vertical, string file, Func<FleetRun, IReadOnlyList<int>> series) =>
            new Plot(F($"{title} ({atATime} at a time, 45 ms each)"), "seconds", vertical) { LargestX = FleetRun.End.TotalSeconds }
                .Mark(FleetRun.Away.TotalSeconds, "K2HR3 away").Mark(FleetRun.Back.TotalSeconds, "back").Mark(FleetRun.Joins.TotalSeconds, "a server joins")
                .Line(F($"{slaves} agents"), Points(series(agent))).Line(F($"{slaves * 2} agents"), Points(series(twice)))
                .Line(F($"{slaves * 2} agents, 5m"), Points(series(slow))).Line(F($"{slaves} shell tooling"), Points(series(shell)))
                .Save(Repository.Result(file));
    }

    // Five seconds to a point, or nothing can be seen for noise.
    private static IEnumerable<(double X, double Y)> Points(IReadOnlyList<int> series) =>
        series.Chunk(5).Select((chunk, index) => (index * 5.0, chunk.Average()));

    private static string F(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
