using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary>The real node_exporter and the real Prometheus scrape a slave that breaks, with the packaged rules.</summary>
public sealed class ScrapeTests : IAsyncDisposable
{
    private const string Prometheus = "prometheus";
    private const string NodeExporter = "prometheus-node-exporter";

    /// <summary>So old may a heartbeat be here: longer than it takes to scrape and judge it, and not so long that the test takes minutes.</summary>
    private const string Limit = "> 12";

    private readonly TempDirectory _directory = new();
    private readonly List<(Process Process, Task Output)> _programs = [];
    private readonly HttpClient _client = new();
    private int _port;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_that_dies_and_a_cluster_that_is_lost_fire_an_alert_each_which_ends_with_its_cause()
    {
        Promtool.Require(Prometheus, NodeExporter);
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        await world.WatchAsync();
        StartAll(world);
        var unhealthy = Regex.Match(Repository.Read("README.md"), @"^    (count\(\(k2hdkc_.*)$", RegexOptions.Multiline).Groups[1].Value;
        await UntilAsync("count(k2hdkc_slave_connection{state=\"connected\"} == 1)", 1);
        await UntilAsync(unhealthy, 0);
        await UntilAsync("count(node_textfile_scrape_error == 0)", 1);

        await world.Agent.KillAsync();
        await UntilAsync(Firing("K2hdkcSlaveAgentDead"), 1);
        world.Agent.Start();
        await UntilAsync(Firing("K2hdkcSlaveAgentDead"), 0);

        foreach (var server in world.Cluster.Servers.ToList())
        {
            await world.Cluster.LoseAsync(server);
        }

        await UntilAsync(Firing("K2hdkcSlaveDisconnected"), 1);
        await UntilAsync(unhealthy, 1);
        await world.Cluster.AddAsync(2);
        await UntilAsync(Firing("K2hdkcSlaveDisconnected"), 0);
        await UntilAsync(unhealthy, 0);

        // What an agent before it counted was not lost.
        Assert.Equal(0, await QueryAsync("sum(resets(k2hdkc_slave_chmpx_restarts_total[10m]))"));
        using var dashboard = JsonDocument.Parse(Repository.Read("packaging/monitoring/dashboard.json"));
        foreach (var target in dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray()))
        {
            await QueryAsync(target.GetProperty("expr").GetString()!.Replace("$instance", ".*", StringComparison.Ordinal));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (var (process, output) in _programs)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            await output;
            process.Dispose();
        }

        _directory.Dispose();
    }

    private void StartAll(AgentWorld world)
    {
        Directory.CreateDirectory(_directory.At("textfile"));
        File.CreateSymbolicLink(_directory.At("textfile/k2hdkc-slave-agent.prom"), world.Paths.MetricsFile);
        var exporter = FreePort();
        Start(NodeExporter, $"--web.listen-address=127.0.0.1:{exporter}", "--collector.disable-defaults", "--collector.textfile", $"--collector.textfile.directory={_directory.At("textfile")}");

        // The packaged rules, but at once and not after minutes.
        _directory.Put("alerts.yaml", Regex.Replace(Repository.Read("packaging/monitoring/alerts.yaml"), @"for: \w+", "for: 0s").Replace("> 300", Limit, StringComparison.Ordinal));
        var configuration = _directory.Put("prometheus.yaml", $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            rule_files: [alerts.yaml]
            scrape_configs:
              - job_name: node
                static_configs: [{targets: ["127.0.0.1:{{exporter}}"]}]
            """);
        _port = FreePort();
        Start(Prometheus, $"--web.listen-address=127.0.0.1:{_port}", $"--config.file={configuration}", $"--storage.tsdb.path={_directory.At("data")}", "--log.level=warn");
    }

    private void Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _programs.Add((process, Task.WhenAll(process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None))));
    }

    private static string Firing(string alert) => $"count(ALERTS{{alertname=\"{alert}\", alertstate=\"firing\"}}) or vector(0)";

    private async Task UntilAsync(string query, double value)
    {
        var began = Stopwatch.GetTimestamp();
        double? last = null;
        while (!await IsReadyAsync() || (last = await QueryAsync(query)) != value)
        {
            Assert.DoesNotContain(_programs, program => program.Process.HasExited);
            Assert.True(Stopwatch.GetElapsedTime(began) < AgentWorld.Timeout, $"{query} is {last}, not {value}");
            await Task.Delay(200, Cancel);
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _client.GetAsync(new Uri($"http://127.0.0.1:{_port}/-/ready"), Cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <returns>The one value of the query's answer; null where it has none, or several.</returns>
    private async Task<double?> QueryAsync(string query)
    {
        using var answer = JsonDocument.Parse(await _client.GetStringAsync(new Uri($"http://127.0.0.1:{_port}/api/v1/query?query={Uri.EscapeDataString(query)}"), Cancel));
        var result = answer.RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 1 ? double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture) : null;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
