using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>
/// Real server nodes, all at one address of this machine. Each reads its INI from the same K2HR3 as the slave, over HTTP and once a second, as
/// its own get-resource would.
/// </summary>
internal sealed partial class RealCluster : IServerCluster
{
    private const int SlaveControlPort = 18031;
    private const int MessageQueueLimit = 12;
    private const string Loopback = "127.0.0.1";
    private const string NameFile = "ring";

    // In the ring, without a merge that is not over.
    private static readonly string[] InService = ["[SERVICE IN]", "[UP]", "[n/a]", "[Nothing]"];

    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);

    // A fixed delay instead of polling: with requests to the servers' control ports while they join, the rings of the real
    // chmpx 1.0.113 failed in five of five attempts, without requests in one of five.
    private static readonly TimeSpan JoinTime = TimeSpan.FromSeconds(1.5);

    private readonly K2hr3Service _service;
    private readonly DbaasCluster _names;
    private readonly string _directory;
    private readonly string _address;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _reading = new(1);
    private readonly Lock _gate = new();
    private readonly List<RealNode> _nodes = [];
    private readonly Task _refreshing;
    private int _nextNumber = 1;

    /// <param name="address">As given for the names.</param>
    public RealCluster(K2hr3Service service, DbaasCluster names, string directory, string address = Loopback)
    {
        _address = address;
        _service = service;
        _names = names;
        _directory = directory;
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, NameFile), names.Name);
        _http.DefaultRequestHeaders.Add("x-auth-token", "R=" + service.IssueToken(names.ServerRole).Token);
        _refreshing = RefreshAsync(_stopping.Token);
    }

    public IReadOnlyList<IServerNode> Servers => Nodes;

    private List<RealNode> Nodes
    {
        get
        {
            lock (_gate)
            {
                return [.. _nodes];
            }
        }
    }

    /// <param name="address">Where the servers are, and which slaves reach them at.</param>
    public static DbaasCluster Names(string name, string address = Loopback)
    {
        var cluster = new DbaasCluster("demo", name) { SlaveControlPort = Enumerable.Range(0, 100).Select(step => SlaveControlPort + step).First(IsFree) };
        return cluster with { Template = RealTemplate.For(cluster, address) };
    }

    /// <summary>Why real nodes are unavailable, in one sentence; null when they are available.</summary>
    public static string? UnavailableReason() =>
        FindOnPath("chmpx") is null || FindOnPath("k2hdkc") is null ? "--real needs chmpx and k2hdkc on the PATH."
        : Environment.UserName != "root" ? "--real needs root, because chmpx's message queues need higher limits than an unprivileged user may set."
        : null;

    public static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(place => Path.Combine(place, program)).FirstOrDefault(File.Exists);

    public async Task AddAsync(int count)
    {
        await RaiseLimitsAsync(_stopping.Token);
        var added = new List<RealNode>();
        while (added.Count < count)
        {
            var node = new RealNode(_nextNumber++, _directory);
            // chmpx can share a listening port with another process, and each would get some of the other's connections.
            if (IsFree(node.Port) && IsFree(node.ControlPort))
            {
                added.Add(node);
            }
        }
        await WhenListedAsync(() => added.ForEach(node =>
            _service.RegisterHost(_names.ServerRole, new(_address, node.Cuk, node.Name, Port: node.Port))));
        lock (_gate)
        {
            _nodes.AddRange(added);
        }
        await WriteAllAsync(_stopping.Token);
        // Every chmpx first, then the k2hdkc processes, without any request while each of them joins.
        foreach (var node in added)
        {
            node.StartChmpx();
            await Task.Delay(JoinTime, _stopping.Token);
        }
        foreach (var node in added)
        {
            node.StartK2hdkc();
            await Task.Delay(JoinTime, _stopping.Token);
        }
    }

    public async Task RemoveAsync(IServerNode node)
    {
        Leave(node);
        await ForgetAsync(node);
        await WriteAllAsync(_stopping.Token);
        await ((RealNode)node).StopAsync();
    }

    /// <summary>
    /// Failed as K2HR3 sees it, but stopped cleanly: after SIGKILL the real ring did not recover within 120 s when tried, which is a problem of
    /// the ring and not of the slave.
    /// </summary>
    public async Task LoseAsync(IServerNode node)
    {
        Leave(node);
        await ((RealNode)node).StopAsync();
    }

    public Task ForgetAsync(IServerNode node) => WhenListedAsync(() => _service.RemoveHost(_names.ServerRole, node.Cuk));

    public async Task RestoreAsync(int count)
    {
        var old = Nodes;
        foreach (var node in old)
        {
            await LoseAsync(node);
            await ForgetAsync(node);
        }
        await AddAsync(count);
    }

    /// <summary>
    /// What is wrong among the servers themselves, as each of them shows it, in a sentence; null: nothing, so that it is the slave that is at fault where it is not connected.
    /// A control port is queried, which must not happen while a server joins.
    /// </summary>
    public async Task<string?> FindTroubleAsync(CancellationToken cancellationToken)
    {
        var nodes = Nodes;
        foreach (var node in nodes)
        {
            if (await ControlPortClient.ViewAsync(node.ControlPort, cancellationToken) is not { } view)
            {
                return $"the chmpx of {node.Name} does not answer on its control port.";
            }
            foreach (var other in nodes)
            {
                var status = view.Servers.FirstOrDefault(server => server.Cuk == other.Cuk)?.Status ?? "nothing";
                if (!InService.All(flag => status.Contains(flag, StringComparison.Ordinal)))
                {
                    return $"{node.Name} shows {other.Name} as {status}.";
                }
            }
            if (view.Servers.FirstOrDefault(server => server.Status.Contains("[UP]", StringComparison.Ordinal) && nodes.All(other => other.Cuk != server.Cuk)) is { } gone)
            {
                return $"{node.Name} shows a server that ended (control port {gone.ControlPort}) as {gone.Status}.";
            }
        }
        return null;
    }

    /// <summary>
    /// Waits until the servers agree on the last change, at the most <paramref name="limit"/>: after another change before that, such as the end of the server that its
    /// neighbour is just connecting with, a ring of the real chmpx may never settle.
    /// </summary>
    public async Task WhenSettledAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < limit && await FindTroubleAsync(cancellationToken) is not null;)
        {
            await Task.Delay(JoinTime, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _refreshing;
        // All at the same time: stopped one after another, a server that still merges may hang.
        await Task.WhenAll(Nodes.Select(node => node.StopAsync()));
        DeleteFilesOf(_names.Name);
        MessageQueueFiles.Delete(_names.Name, _directory);
        _http.Dispose();
        _stopping.Dispose();
        _reading.Dispose();
    }

    /// <summary>Deletes what the nodes of a sandbox in this directory leave elsewhere when they are killed.</summary>
    public static void DeleteLeftovers(string sandbox)
    {
        if (Path.Combine(sandbox, "servers", NameFile) is var file && File.Exists(file))
        {
            var ring = File.ReadAllText(file);
            DeleteFilesOf(ring);
            MessageQueueFiles.Delete(ring, sandbox);
        }
    }

    private static void DeleteFilesOf(string ring)
    {
        foreach (var place in (string[])["/tmp", "/var/lib/antpickax"])
        {
            foreach (var left in Directory.Exists(place) ? Directory.GetFiles(place, $"{ring}-*") : [])
            {
                File.Delete(left);
            }
        }
    }

    private static bool IsFree(int port) => !IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port);

    private void Leave(IServerNode node)
    {
        lock (_gate)
        {
            _nodes.Remove((RealNode)node);
        }
    }

    private async Task WhenListedAsync(Action change)
    {
        while (!_service.Outage.Answers)
        {
            await Task.Delay(100, _stopping.Token);
        }
        change();
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Refresh);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await WriteAllAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster is being stopped.
        }
    }

    private async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            using var answer = await _http.GetAsync(new Uri(_service.Uri, $"/v1/resource/{_names.ServerResource}"), cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                return;
            }
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            var resource = json.RootElement.GetProperty("resource").GetString()!;
            Nodes.ForEach(node => node.Write(resource));
        }
        catch (HttpRequestException)
        {
            // K2HR3 is down: the servers keep their configuration.
        }
        finally
        {
            _reading.Release();
        }
    }

    // A real ring needs fs.mqueue.msg_max and queues_max 1025 and ulimit -q unlimited; child processes inherit the latter.
    private static async Task RaiseLimitsAsync(CancellationToken cancellationToken)
    {
        await Cli.Wrap("sysctl").WithArguments(["-qw", "fs.mqueue.msg_max=1025", "fs.mqueue.queues_max=1025"])
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellationToken);
        // Refused in some containers, where the limit is high enough anyway.
        _ = SetLimit(MessageQueueLimit, [ulong.MaxValue, ulong.MaxValue]);
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, ulong[] softAndHard);
}
