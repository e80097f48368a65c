using System.Globalization;
using System.Security.Cryptography;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Sandbox.Viewing;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary>Everything the scenario needs, connected: K2HR3, the cluster, the slave's VM, and the agent on it.</summary>
internal sealed class DbaasWorld : IAsyncDisposable
{
    private const string RepositoryKeyFile = "/etc/antpickax-gpgkey";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly ReservedPort? _controlPort;

    private DbaasWorld(HostLayout layout, K2hr3Service service, DbaasCluster names, ReservedPort? controlPort, IServerCluster cluster, string agent, string? chmpx)
    {
        _controlPort = controlPort;
        Layout = layout;
        Service = service;
        Names = names;
        Cluster = cluster;
        Token = service.IssueToken(names.SlaveRole).Token;
        Host = HostSetup.Create(layout, Cuk, chmpx);
        Units = new(layout);
        Agent = new(agent, layout);
    }

    public HostLayout Layout { get; }

    public K2hr3Service Service { get; }

    public DbaasCluster Names { get; }

    public IServerCluster Cluster { get; }

    public HostState Host { get; }

    public Supervisor Units { get; }

    public AgentProgram Agent { get; }

    /// <summary>The slave's CUK: its cloud instance id.</summary>
    public string Cuk { get; } = $"{Guid.NewGuid()}";

    public string Token { get; }

    /// <param name="directory">An empty one; null: one is made.</param>
    public static async Task<DbaasWorld> CreateAsync(ScenarioOptions options, CancellationToken cancellationToken, string? directory = null)
    {
        directory ??= SandboxPlace.Create();
        var service = await K2hr3Service.StartAsync(adminTenant: "demo", timeScale: options.TimeScale, cancellationToken: cancellationToken);
        var controlPort = options.IsReal ? null : ReservedPort.Take();
        var names = controlPort is null
            ? RealCluster.Names($"demo{RandomNumberGenerator.GetInt32(1000, 9999)}")
            : new DbaasCluster("demo", "mycluster") { SlaveControlPort = controlPort.Number };
        names = names with { Maker = options.Maker };
        if (options.Maker == RoleMaker.Cli)
        {
            // What DBaaS fills in, and a program of the user that is started after chmpx.
            names = names with
            {
                SlaveKeys = new Dictionary<string, string>
                {
                    ["k2hr3-init-packages"] = "demo-app",
                    ["k2hr3-init-systemd-packages"] = "chmpx.service,k2hr3-get-resource.timer,demo-app.service",
                },
            };
        }
        service.CreateCluster(names);
        IServerCluster cluster = options.IsReal
            ? new RealCluster(service, names, Path.Combine(directory, "servers"))
            : new ServerCluster(service, names);
        var world = new DbaasWorld(new(directory), service, names, controlPort, cluster, options.Agent, options.IsReal ? RealCluster.FindOnPath("chmpx") : null);
        // Over http, as all on loopback here, no key is read.
        HostSetup.Write(world.Layout, RepositoryKeyFile[1..], K2hr3Service.GpgKey);
        HostSetup.Write(world.Layout, "etc/k2hdkc-slave-agent/agent.yaml",
            $"""
            packages:
              antpickax:
                uri: {service.Uri}antpickax
                key: {RepositoryKeyFile}
            chmpx:
              unit: chmpx.service

            """);
        return world;
    }

    /// <summary>Polls until <paramref name="findObstacle"/> returns null; throws with the last obstacle after the timeout.</summary>
    /// <param name="progress">Told each obstacle.</param>
    public static async Task UntilAsync(
        Func<CancellationToken, Task<string?>> findObstacle, TimeSpan timeout, CancellationToken cancellationToken, TimeSpan? pollInterval = null, Action<string>? progress = null)
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(pollInterval ?? PollInterval, cancellationToken))
        {
            if (await findObstacle(cancellationToken) is not { } reason)
            {
                return;
            }
            if (watch.Elapsed > timeout)
            {
                throw new ScenarioFailure($"after {timeout.TotalSeconds:0} s {reason}");
            }
            progress?.Invoke(reason);
        }
    }

    /// <summary>
    /// Verified from outside the agent: K2HR3's list, the file on disk, what chmpx has loaded, its sockets, and the servers' own lists of
    /// slaves all agree. Null when they do, else the first mismatch. Servers that failed and are still listed need not be connected.
    /// </summary>
    public async Task<string?> WhyNotConnectedAsync(CancellationToken cancellationToken)
    {
        var listed = Service.Hosts(Names.ServerRole).Select(host => host.Cuk!).ToHashSet();
        if (ReadFile() is not var (generation, inFile) || !listed.SetEquals(inFile))
        {
            return $"the file does not list the {listed.Count} servers that K2HR3 lists";
        }
        if (WasJustWritten)
        {
            return "the file was written a moment ago";
        }
        if (await ViewAsync(cancellationToken) is not { } view)
        {
            return "chmpx does not answer on its control port";
        }
        if (view.Revision != generation)
        {
            return $"chmpx has loaded generation {view.Revision}, not {generation}";
        }
        if (!listed.SetEquals(view.Servers.Select(server => server.Cuk)))
        {
            return $"chmpx shows {view.Servers.Count} servers, K2HR3 lists {listed.Count}";
        }
        var running = Cluster.Servers;
        if (view.Connected < running.Count)
        {
            return $"chmpx is connected to {view.Connected} of {running.Count}";
        }
        foreach (var server in running)
        {
            if (await server.HasSlaveAsync(Cuk, cancellationToken) is not true and var has)
            {
                return $"server {server.Name} does not {(has is null ? "answer on its control port" : "have the slave among its connections")}";
            }
        }
        return null;
    }

    /// <summary>What chmpx shows, queried from a server's address, which does not make it read its file.</summary>
    public Task<ChmpxView?> ViewAsync(CancellationToken cancellationToken) =>
        ControlPortClient.ViewAsync(Names.SlaveControlPort, cancellationToken, Cluster.Servers is [ServerNode { Address: var address }, ..] ? address : null);

    /// <summary>What the agent's status file says; null while there is none.</summary>
    public AgentReport? ReadStatus() => AgentReport.Read(Path.Combine(Layout.Root, "run/k2hdkc-slave-agent/status.json"));

    /// <summary>The agent's history, oldest first; an entry that goes on keeps its id.</summary>
    public IReadOnlyList<(string Id, DateTimeOffset At, string Text)> ReadHistory() =>
        AgentHistory.Read(Path.Combine(Layout.Root, "var/lib/k2hdkc-slave-agent/history.json"));

    /// <summary>The configuration's generation and servers; null while there is none.</summary>
    public (int Generation, IReadOnlySet<string> Servers)? ReadFile()
    {
        try
        {
            var ini = RawIni.Read(File.ReadAllText(Layout.ChmpxConfiguration));
            return (int.Parse(ini.Global["FILEVERSION"], CultureInfo.InvariantCulture), ini.Servers.Select(server => server["CUK"]).ToHashSet());
        }
        catch (Exception e) when (e is IOException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        await Units.DisposeAsync();
        await Cluster.DisposeAsync();
        await Service.DisposeAsync();
        _controlPort?.Dispose();
    }

    // A control port request before chmpx has noticed a file change makes it miss the reload.
    private bool WasJustWritten => DateTime.UtcNow - File.GetLastWriteTimeUtc(Layout.ChmpxConfiguration) < TimeSpan.FromMilliseconds(300);
}
