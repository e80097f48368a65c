using System.Diagnostics;
using System.Globalization;
using System.Text;
using SlaveAgent.Benchmarks.Reporting;
using SlaveAgent.Chmpx;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Status;
using ServerNode = SlaveAgent.Sandbox.Cluster.ServerNode;

namespace SlaveAgent.Benchmarks.Processes;

/// <summary>The rows of the table, each measured by itself; what they share is the executable.</summary>
internal sealed class Measurements(string agent, string beside, int events, int looks, Report report)
{
    public static readonly string[] All = ["executable", "watch", "hour", "poll", "day", "write", "join", "end", "silent", "load", "start", "heap"];

    /// <summary>Requests and looks by other means than the one that is measured are kept out of the way.</summary>
    private const string Quiet = "watch:\n  k2hr3_interval: 1h\n  jitter: 0%\n";

    private const int Polls = 24;
    private const int Rewrites = 40;
    private const int Reloads = 20;
    private const int Starts = 20;

    /// <summary>A daemon follows twenty changes of the ring at once and then slows down.</summary>
    private const int Ends = 9;
    private const int Silences = 8;

    /// <summary>A K2HR3 poll from the next, also of what stands beside it.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HourSample = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan WatchLength = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HeartbeatsLength = TimeSpan.FromMinutes(1);

    /// <summary>A day's looks take nine minutes where the machine has nothing else to do.</summary>
    private static readonly TimeSpan LongestDay = TimeSpan.FromMinutes(20);

    /// <summary>From one message of a program's to a server to the next.</summary>
    private static readonly TimeSpan Traffic = TimeSpan.FromMilliseconds(20);

    /// <summary>.NET's idle workers end after 20 s; until then what was before is measured along.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(25);

    private readonly Dictionary<string, object> _details = [];

    public async Task RunAsync(IReadOnlyList<string> which, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var name in which)
        {
            await (name switch
            {
                "executable" => ExecutableAsync(),
                "watch" => WatchAsync(cancel),
                "hour" => HourAsync(cancel),
                "poll" => PollAsync(cancel),
                "day" => DayAsync(cancel),
                "write" => WriteAsync(cancel),
                "join" => JoinAsync(cancel),
                "end" => EndAsync(cancel),
                "silent" => SilentAsync(cancel),
                "load" => LoadAsync(cancel),
                "start" => StartAsync(cancel),
                "heap" => HeapAsync(),
                _ => throw new ArgumentException($"{name} is none of {string.Join(", ", All)}"),
            });
        }

        report.Say($"{Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, load average {File.ReadAllText("/proc/loadavg").Trim()}");
        if (which.SequenceEqual(All))
        {
            report.Add("K2HR3 requests per slave and hour, quiet cluster", "65; 17 with `watch.k2hr3_interval: 5m`", "64; 16; in the first hour of a role that lists nothing about 25 more (counted by RequestBudgetTests, in time that is not real)", true);
            report.Save(Repository.Result("process.json"), _details);
            report.WriteIntoPage("process", figure => $"| {figure.Name} | {figure.Limit} | {figure.Measured}{(figure.IsMet is false ? " (**missed**)" : string.Empty)} |");
        }
    }

    private async Task ExecutableAsync()
    {
        var size = new FileInfo(agent).Length / 1e6;
        var times = new List<double>();
        for (var turn = 0; turn < 30; turn++)
        {
            var began = Stopwatch.GetTimestamp();
            using var version = Process.Start(new ProcessStartInfo(agent, ["--version"]) { RedirectStandardOutput = true })!;
            await version.StandardOutput.ReadToEndAsync();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        var start = Percentiles.Of(times);
        report.Add("executable; start to `--version`", "16 MB; 25 ms", F($"{size:0.0} MB; {start.Median:0} ms (p99 {start.P99:0})"), size <= 16 && start.Median <= 25);
        _details["version_ms"] = start.Sorted;
    }

    private async Task WatchAsync(CancellationToken cancel)
    {
        await using var host = await MeasuredHost.WholeAsync(agent, 3, Quiet, cancel);
        await host.WatchAsync(cancel);
        await Task.Delay(Settling, cancel);
        var pid = host.Pid;
        var bare = BareExchange.MeasureAsync(host.World.Names.SlaveControlPort, [.. "DUMP\n"u8], (int)WatchLength.TotalSeconds, TimeSpan.FromSeconds(1));
        var before = ProcessUse.Of(pid);
        var began = Stopwatch.GetTimestamp();
        var least = await bare;
        var after = ProcessUse.Of(pid);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var cpu = (after.Cpu - before.Cpu) / seconds;
        var traced = await Tracer.CountAsync(pid, TimeSpan.FromSeconds(10));
        report.Add("CPU of one watch second", "0.3 ms", F($"{cpu:0.00} ms; {least:0.00} ms for a bare poll beside it, ratio {cpu / least:0.0}"), cpu <= 0.3);
        report.Add("switches, system calls, processes started in a watch second", "", F($"{(after.Switches - before.Switches) / seconds:0.0}, {traced?.Calls:0.0}, {traced?.Starts:0}"), null);
        _details["watch"] = new { cpu_ms_per_second = cpu, bare_look_ms = least, switches_per_second = (after.Switches - before.Switches) / seconds, traced?.Calls, resident_mb = after.Resident };
    }

    /// <summary>All that the daemon does at its defaults while nothing happens, by some minutes of it: polls of the ring and of K2HR3, sockets, watchdog, status.</summary>
    private async Task HourAsync(CancellationToken cancel)
    {
        var (everySecond, least) = await HourAsync("watch:\n  jitter: 0%\n", cancel);
        var (seldom, _) = await HourAsync("watch:\n  jitter: 0%\n  ring_interval: 5s\n", cancel);
        var limit = (least * 3.6) + 0.3;
        report.Add(
            "CPU of a quiet hour, all of it; with `ring_interval: 5s`", "the bare look x 3,600, plus 0.3 s; a quarter of that",
            F($"{everySecond:0.00} s; {seldom:0.00} s (the bare look in the same run {least:0.00} ms, so {limit:0.00} s; {limit / 4:0.00} s)"), everySecond <= limit && seldom <= limit / 4);
        _details["hour"] = new { cpu_s = everySecond, cpu_s_at_5s = seldom, bare_look_ms = least };
    }

    /// <returns>Seconds of CPU an hour, and milliseconds of a bare look beside it.</returns>
    private async Task<(double Hour, double BareLook)> HourAsync(string settings, CancellationToken cancel)
    {
        await using var host = await MeasuredHost.WholeAsync(agent, 3, settings, cancel);
        await host.WatchAsync(cancel);
        await Task.Delay(Settling, cancel);
        var bare = BareExchange.MeasureAsync(host.World.Names.SlaveControlPort, [.. "DUMP\n"u8], (int)HourSample.TotalSeconds, TimeSpan.FromSeconds(1));
        var (before, began) = (ProcessUse.Of(host.Pid), Stopwatch.GetTimestamp());
        var least = await bare;
        return ((ProcessUse.Of(host.Pid).Cpu - before.Cpu) / Stopwatch.GetElapsedTime(began).TotalSeconds * 3.6, least);
    }

    private async Task PollAsync(CancellationToken cancel)
    {
        // The ring is left alone. A poll each five seconds finds, like one a minute, no connection from the last one.
        await using var host = await MeasuredHost.WholeAsync(agent, 3, $"watch:\n  k2hr3_interval: {Apart.TotalSeconds}s\n  jitter: 0%\n  ring_interval: 1h\n", cancel);
        await host.WatchAsync(cancel);
        await Task.Delay(Settling, cancel);
        var pid = host.Pid;
        var polled = 0;
        host.World.Service.OnAnswer = (request, answer) =>
        {
            // The tool beside it asks the same K2HR3, but without a condition; what stands for the limit says who it is.
            if (request.Kind == RequestKind.Resource && request.Headers.IfNoneMatch.Count > 0 && request["beside"] is null)
            {
                Interlocked.Increment(ref polled);
            }

            return answer;
        };
        var others = new List<(double Wall, double Cpu)>();
        var (cpu, switches, watched, processes) = (0.0, 0L, 0.0, false);
        var request = await BareRequestAsync(host.World, cancel);
        var alone = ClientAloneAsync(request, cancel);
        for (var poll = 0; poll < Polls; poll++)
        {
            // From a moment when only heartbeats come, one in five seconds, until the poll has long been over.
            var (before, began, asked) = (ProcessUse.Of(pid), Stopwatch.GetTimestamp(), Volatile.Read(ref polled));
            while (Volatile.Read(ref polled) == asked)
            {
                await Task.Delay(20, cancel);
            }

            // The pool's own thread looks after its workers twice more, half a second apart.
            await Task.Delay(1500, cancel);
            var after = ProcessUse.Of(pid);
            cpu += (after.Cpu - before.Cpu) / Polls;
            switches += after.Switches - before.Switches;
            watched += Stopwatch.GetElapsedTime(began).TotalSeconds / Polls;
            processes |= after.Reaped != before.Reaped;
            others.Add(await RunBesideAsync(beside, host.World.Layout.Root, cancel));
        }

        var heartbeats = await HeartbeatsAsync(cancel);
        cpu -= heartbeats * watched;
        var framework = await alone;
        var least = await BareExchange.MeasureAsync(request.Uri.Port, request.Bytes, Polls, Apart);
        report.Add(
            "CPU of one K2HR3 poll, nothing changed (304)", "1 ms, no process",
            F($"{cpu:0.00} ms without the heartbeats beside it ({heartbeats:0.00} ms a second), {switches / (double)Polls:0} switches with them, {(processes ? "processes" : "no process")}; {least:0.00} ms for a bare request, {framework} for one of .NET's client alone"),
            cpu <= 1 && !processes);
        var starts = await Tracer.CountStartsAsync(beside, host.World.Layout.Root);
        var theirs = Percentiles.Of(others.Select(run => run.Cpu));
        report.Add($"beside it: `{Path.GetFileName(beside)}`", "", F($"{others.Average(run => run.Cpu):0} ms CPU, {others.Average(run => run.Wall):0} ms, {starts} processes: {others.Average(run => run.Cpu) / cpu:0} times the CPU"), null);
        _details["beside"] = new { command = beside, cpu_ms = theirs.Sorted, starts };
        _details["poll"] = new { cpu_ms = cpu, bare_request_ms = least, client_alone = framework, switches = switches / (double)Polls, seconds = watched, heartbeat_ms_per_second = heartbeats };
    }

    /// <returns>Milliseconds of CPU a second where neither K2HR3 nor the ring is asked.</returns>
    private async Task<double> HeartbeatsAsync(CancellationToken cancel)
    {
        await using var host = await MeasuredHost.WholeAsync(agent, 3, $"{Quiet}  ring_interval: 1h\n", cancel);
        await host.WatchAsync(cancel);
        await Task.Delay(Settling, cancel);
        var (before, began) = (ProcessUse.Of(host.Pid).Cpu, Stopwatch.GetTimestamp());
        await Task.Delay(HeartbeatsLength, cancel);
        return (ProcessUse.Of(host.Pid).Cpu - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>The agent's own request for the slaves' resource.</summary>
    private static async Task<(Uri Uri, string Token, string Tag, byte[] Bytes)> BareRequestAsync(DbaasWorld world, CancellationToken cancel)
    {
        var uri = new Uri(world.Service.Uri, $"/v1/resource/{world.Names.SlaveResource}");
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Headers = { { "x-auth-token", $"R={world.Token}" } } };
        using var answer = await client.SendAsync(request, cancel);
        var tag = answer.EnsureSuccessStatusCode().Headers.ETag?.ToString() ?? throw new InvalidOperationException("the service gives no ETag");
        return (uri, world.Token, tag, Encoding.ASCII.GetBytes(
            $"GET {uri.PathAndQuery} HTTP/1.1\r\nHost: {uri.Authority}\r\nConnection: close\r\nx-auth-token: R={world.Token}\r\nIf-None-Match: {tag}\r\n\r\n"));
    }

    /// <summary>The same by a program that has .NET's client and nothing else, as far apart as the agent's and while the agent's are measured.</summary>
    private async Task<string> ClientAloneAsync((Uri Uri, string Token, string Tag, byte[] Bytes) request, CancellationToken cancel)
    {
        var program = Repository.At("artifacts/bare-client/SlaveAgent.BareClient");
        if (!File.Exists(program))
        {
            return "(not published: tests/SlaveAgent.Benchmarks/README.md, \"How to measure\")";
        }

        using var alone = Process.Start(new ProcessStartInfo(program, [$"{request.Uri}?beside=client", request.Token, request.Tag, $"{Polls}", $"{Apart.TotalSeconds}"]) { RedirectStandardOutput = true })!;
        var said = (await alone.StandardOutput.ReadToEndAsync(cancel)).Split().Where(word => word.Length > 0).Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToList();
        _details["client_alone"] = new { cpu_ms = said[0], resident_mb = said[1], anonymous_mb = said[2] };
        return F($"{said[0]:0.00} ms; resident {said[1]:0.0} MB, of it {said[2]:0.0} anonymous");
    }

    private static async Task<(double Wall, double Cpu)> RunBesideAsync(string command, string root, CancellationToken cancel)
    {
        var before = ProcessUse.CpuOfChildren();
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command])
        {
            Environment = { ["SANDBOX_ROOT"] = root },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel), process.WaitForExitAsync(cancel));
        return (Stopwatch.GetElapsedTime(began).TotalMilliseconds, ProcessUse.CpuOfChildren() - before);
    }

    private async Task DayAsync(CancellationToken cancel)
    {
        var plot = new Plot($"Resident memory over {looks:N0} looks at the ring, a poll of K2HR3 a second", "looks (thousands)", "MB resident") { LeastY = 10, LargestX = looks / 1000.0 };
        var ((few, fewAnonymous), (many, manyAnonymous)) = (await DayAsync(3, cancel), await DayAsync(256, cancel));
        plot.Line("3 servers", few).Line("256 servers", many).Save(Repository.Result("memory.svg"));
        var (a, b) = (few[^1].Y, many[^1].Y);
        report.Add(F($"resident memory after {few[^1].X * 1000:0} polls of the ring and of K2HR3, one of each a second, 3 / 256 servers; of it anonymous"), "17 MB / 20 MB; 5 MB",
            F($"{a:0.0} MB / {b:0.0} MB; {fewAnonymous:0.0} MB / {manyAnonymous:0.0} MB"), a <= 17 && b <= 20 && fewAnonymous <= 5);
        _details["resident_mb"] = new { three = a, many = b, three_anonymous = fewAnonymous, many_anonymous = manyAnonymous };
    }

    private async Task<(List<(double X, double Y)> Resident, double Anonymous)> DayAsync(int servers, CancellationToken cancel)
    {
        await using var host = await MeasuredHost.LeanAsync(agent, servers, "watch:\n  k2hr3_interval: 1s\n  ring_interval: 1ms\n", cancel);
        await host.WatchAsync(cancel);
        var pid = host.Pid;
        var first = host.Looks;
        var points = new List<(double, double)>();
        for (var watch = Stopwatch.StartNew(); host.Looks - first < looks && watch.Elapsed < LongestDay; await Task.Delay(500, cancel))
        {
            points.Add(((host.Looks - first) / 1000.0, ProcessUse.ResidentOf(pid)));
        }

        points.Add(((host.Looks - first) / 1000.0, ProcessUse.ResidentOf(pid)));
        return (points, ProcessUse.AnonymousOf(pid));
    }

    private async Task WriteAsync(CancellationToken cancel)
    {
        var (few, many) = (await WriteAsync(3, cancel), await WriteAsync(256, cancel));
        report.Add(
            "K2HR3's answer to INI replaced, beyond what writing and syncing it costs there, 3 / 256 servers", "10 ms / 15 ms",
            F($"{few.Agent.Median - few.Disk.Median:0.0} ms / {many.Agent.Median - many.Disk.Median:0.0} ms (the disk itself {few.Disk.Median:0.0} / {many.Disk.Median:0.0}; p99 of both {few.Agent.P99:0} / {many.Agent.P99:0})"),
            few.Agent.Median - few.Disk.Median <= 10 && many.Agent.Median - many.Disk.Median <= 15);
        _details["answer_to_ini_ms"] = new { three = few.Agent.Sorted, many = many.Agent.Sorted, disk_three = few.Disk.Sorted, disk_many = many.Disk.Sorted };
    }

    private async Task<(Percentiles Agent, Percentiles Disk)> WriteAsync(int servers, CancellationToken cancel)
    {
        await using var host = await MeasuredHost.LeanAsync(agent, servers, Quiet, cancel);
        await host.WatchAsync(cancel);
        var (pid, answered) = (host.Pid, 0L);
        host.World.Service.OnAnswer = (request, answer) =>
        {
            if (request.Kind == RequestKind.Resource)
            {
                Interlocked.Exchange(ref answered, Stopwatch.GetTimestamp());
            }

            return answer;
        };
        using var replaced = new FileReplaced(host.Ini);
        var (times, disk) = (new List<double>(), new List<double>());
        for (var turn = 1; turn <= Rewrites; turn++)
        {
            // One server goes, another comes: the file stays as long as it is.
            host.Unlist(turn);
            host.List(servers + turn);
            ProcessSignal.Send(pid, "SIGHUP");
            var at = await replaced.UntilAsync(text => text.Contains(MeasuredHost.CukOf(servers + turn), StringComparison.Ordinal), cancel);
            times.Add(Stopwatch.GetElapsedTime(Interlocked.Read(ref answered), at).TotalMilliseconds);
            await Task.Delay(60, cancel);
            disk.Add(WriteAndSync(host.Ini, cancel));
            await Task.Delay(60, cancel);
        }

        return (Percentiles.Of(times), Percentiles.Of(disk));
    }

    /// <summary>The same bytes in the same directory, until they are in place as for the agent: written, synced, renamed. What syncing the directory takes after that both have.</summary>
    private static double WriteAndSync(string path, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var bytes = File.ReadAllBytes(path);
        var (stage, target) = (path + ".bare-stage", path + ".bare");
        var began = Stopwatch.GetTimestamp();
        using (var file = new FileStream(stage, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(stage, target, overwrite: true);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private async Task JoinAsync(CancellationToken cancel)
    {
        const int Hosts = 4;

        // A daemon follows twenty changes of the ring at once and then slows down, so each round has a new one.
        var rounds = Math.Max(1, events / Hosts / 13);
        var times = new List<double>();
        for (var number = 0; number < Hosts; number++)
        {
            times.AddRange(await JoinAsync(number, rounds, Math.Max(1, events / Hosts / rounds), cancel));
        }

        var joined = Percentiles.Of(times);
        report.Add(
            "a server joins the ring → its entry is in the INI", "1 s at p99",
            F($"p50 {joined.Median:0.00} s, p99 {joined.P99:0.00} s, most {joined.Most:0.00} s of {times.Count} events"), joined.P99 <= 1);
        new Plot($"A server joins the ring until its entry is in the INI ({times.Count} events)", "seconds", "% of events").Line("agent, defaults", joined.Distribution())
            .Save(Repository.Result("latency.svg"));
        _details["join_s"] = joined.Sorted;
    }

    private async Task<List<double>> JoinAsync(int number, int rounds, int joins, CancellationToken cancel)
    {
        await using var host = await MeasuredHost.WholeAsync(agent, 3, "watch:\n  k2hr3_interval: 10m\n", cancel);
        var (cluster, random, times) = (host.World.Cluster, new Random(number), new List<double>());
        using var replaced = new FileReplaced(host.Ini);
        for (var round = 0; round < rounds; round++)
        {
            await host.WatchAsync(cancel);
            var before = cluster.Servers.ToList();
            for (var join = 0; join < joins; join++)
            {
                await DbaasWorld.UntilAsync(host.World.WhyNotConnectedAsync, TimeSpan.FromSeconds(60), cancel, TimeSpan.FromMilliseconds(100));
                await Task.Delay(random.Next(1000), cancel);
                var known = cluster.Servers.Select(server => server.Cuk).ToHashSet();
                var began = Stopwatch.GetTimestamp();
                await cluster.AddAsync(1);
                var added = cluster.Servers.Single(server => !known.Contains(server.Cuk)).Cuk;
                times.Add(Stopwatch.GetElapsedTime(began, await replaced.UntilAsync(text => text.Contains(added, StringComparison.Ordinal), cancel)).TotalSeconds);
            }

            await host.World.Agent.StopAsync();
            foreach (var server in cluster.Servers.Except(before).ToList())
            {
                await cluster.RemoveAsync(server);
            }
        }

        return times;
    }

    private async Task EndAsync(CancellationToken cancel)
    {
        var ended = await LossesAsync(hosts: 4, Ends, traffic: null, (cluster, server) => cluster.LoseAsync(server), (_, _) => Task.CompletedTask, cancel);
        report.Add("a server's connection ends → the status file says so", "0.1 s at p99", F($"p50 {ended.Median:0.000} s, p99 {ended.P99:0.000} s of {ended.Sorted.Count} events"), ended.P99 <= 0.1);
        _details["end_s"] = ended.Sorted;
    }

    /// <summary>A server's sockets acknowledge nothing from one moment on; once that is seen, its connection ends.</summary>
    private async Task SilentAsync(CancellationToken cancel)
    {
        var silent = await LossesAsync(hosts: 3, Silences, Traffic, (cluster, server) => cluster.PowerOffAsync(server), (cluster, server) => cluster.NoticeAsync(server), cancel);
        report.Add("a server loses power under a program's traffic → the status file says so", "5 s", F($"p50 {silent.Median:0.0} s, p99 {silent.P99:0.0} s of {silent.Sorted.Count} events"), silent.P99 <= 5);
        _details["silent_s"] = silent.Sorted;
    }

    /// <summary>Again and again a server is lost, and once the status file says so another one joins in its place; the hosts come one after the other.</summary>
    /// <returns>Seconds from the loss until the status file says so.</returns>
    private async Task<Percentiles> LossesAsync(
        int hosts, int turns, TimeSpan? traffic, Func<ServerCluster, ServerNode, Task> lose, Func<ServerCluster, ServerNode, Task> endConnection, CancellationToken cancel)
    {
        var times = new List<double>();
        for (var number = 0; number < hosts; number++)
        {
            await using var host = await MeasuredHost.WholeAsync(agent, 3, Quiet, cancel, traffic);
            await host.WatchAsync(cancel);
            using var replaced = new FileReplaced(Path.Join(host.World.Layout.Root, "run/k2hdkc-slave-agent/status.json"));
            var (cluster, random) = ((ServerCluster)host.World.Cluster, new Random(number));
            for (var turn = 0; turn < turns; turn++)
            {
                await replaced.UntilAsync(text => StatusJson.TryRead(text)?.Servers is { Connected: 3, Listed: 3 }, cancel);
                await Task.Delay(3000 + random.Next(1000), cancel);
                var server = cluster.Servers[0];
                var began = Stopwatch.GetTimestamp();
                var losing = lose(cluster, server);
                times.Add(Stopwatch.GetElapsedTime(began, await replaced.UntilAsync(text => StatusJson.TryRead(text)?.Servers.Connected < 3, cancel)).TotalSeconds);
                await losing;
                await endConnection(cluster, server);
                await cluster.ForgetAsync(server);
                await cluster.AddAsync();
            }
        }

        return Percentiles.Of(times);
    }

    /// <summary>
    /// By the status file alone: a look at the control port right after a write can make chmpx, and its stand-in, miss the new file (facts, "Reload"), so what is measured
    /// includes until the agent has seen it.
    /// </summary>
    private async Task LoadAsync(CancellationToken cancel)
    {
        await using var host = await MeasuredHost.WholeAsync(agent, 3, Quiet, cancel);
        await host.WatchAsync(cancel);
        var (pid, answered) = (host.Pid, 0L);
        host.World.Service.OnAnswer = (request, answer) =>
        {
            if (request.Kind == RequestKind.Resource)
            {
                Interlocked.Exchange(ref answered, Stopwatch.GetTimestamp());
            }

            return answer;
        };
        using var statusReplaced = new FileReplaced(Path.Join(host.World.Layout.Root, "run/k2hdkc-slave-agent/status.json"));
        using var iniReplaced = new FileReplaced(host.Ini);
        var (hangUps, commands, answers, writes) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var turn = 0; turn < Reloads; turn++)
        {
            foreach (var byCommand in new[] { false, true })
            {
                (byCommand ? host.Unlist : (Action<int>)host.List)(900);
                var began = Stopwatch.GetTimestamp();
                var regenerating = Task.CompletedTask;
                if (byCommand)
                {
                    regenerating = host.World.Agent.RunAsync(["regenerate"], null, cancel);
                }
                else
                {
                    ProcessSignal.Send(pid, "SIGHUP");
                }

                var written = await iniReplaced.UntilAsync(text => text.Contains(MeasuredHost.CukOf(900), StringComparison.Ordinal) != byCommand, cancel);
                var wanted = IniReader.Read(await File.ReadAllTextAsync(host.Ini, cancel)).FileVersion;
                var loaded = await statusReplaced.UntilAsync(text => StatusJson.TryRead(text)?.Generation.Loaded == wanted, cancel);
                (byCommand ? commands : hangUps).Add(Stopwatch.GetElapsedTime(began, loaded).TotalSeconds);
                answers.Add(Stopwatch.GetElapsedTime(Interlocked.Read(ref answered), loaded).TotalSeconds);
                writes.Add(Stopwatch.GetElapsedTime(written, loaded).TotalSeconds);
                await regenerating;
                await Task.Delay(300, cancel);
            }
        }

        var (hangUp, command, answer, write) = (Percentiles.Of(hangUps), Percentiles.Of(commands), Percentiles.Of(answers), Percentiles.Of(writes));
        report.Add(
            "INI written → the status says that chmpx has loaded it (no look at chmpx for 0.2 s after a write)", "0.4 s at p99",
            F($"p50 {write.Median:0.00} s, p99 {write.P99:0.00} s of {writes.Count} events"), write.P99 <= 0.4);
        report.Add(
            "list changed in K2HR3 → the status says that chmpx has loaded it", "poll + 0.4 s; 0.4 s after SIGHUP or `regenerate`",
            F($"poll + {answer.Median:0.00} s (p99 {answer.P99:0.00}); {hangUp.Median:0.00} s (p99 {hangUp.P99:0.00}) after SIGHUP, {command.Median:0.00} s (p99 {command.P99:0.00}) after `regenerate`"),
            answer.Median <= 0.4 && hangUp.Median <= 0.4 && command.Median <= 0.4);
        _details["load_s"] = new { after_write = write.Sorted, after_answer = answer.Sorted, after_hang_up = hangUp.Sorted, after_regenerate = command.Sorted };
    }

    private async Task StartAsync(CancellationToken cancel)
    {
        await using var host = await MeasuredHost.LeanAsync(agent, 3, Quiet, cancel);
        using var replaced = new FileReplaced(host.Ini);
        var times = new List<double>();
        for (var turn = 0; turn < Starts; turn++)
        {
            File.Delete(host.Ini);
            var began = Stopwatch.GetTimestamp();
            host.World.Agent.Start();
            times.Add(Stopwatch.GetElapsedTime(began, await replaced.UntilAsync(_ => true, cancel)).TotalSeconds);
            await Task.Delay(50, cancel);
            await host.World.Agent.StopAsync();
        }

        var start = Percentiles.Of(times);
        report.Add("start of `run` on a prepared host → INI written", "0.3 s", F($"{start.Median:0.00} s (p99 {start.P99:0.00})"), start.Median <= 0.3);
        _details["start_s"] = start.Sorted;
    }

    private async Task HeapAsync()
    {
        var (bytes, collections) = await WatchedHour.RunAsync();
        report.Add(
            "allocations of a quiet second; gen 2 collections in an hour of them", "none that grow; 0",
            F($"{bytes[0]:0} bytes in the first quarter of an hour, {bytes[^1]:0} in the last; {collections}"), collections == 0 && bytes[^1] <= bytes[0] * 1.1);
        _details["heap"] = new { bytes_per_second_by_quarter = bytes, gen2 = collections };
    }

    private static string F(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
