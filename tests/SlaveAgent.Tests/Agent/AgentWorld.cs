using System.Globalization;
using SlaveAgent.Files;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary>The agent as a process, in a DBaaS of its own on loopback.</summary>
internal sealed class AgentWorld : IAsyncDisposable
{
    /// <summary>Generous, for a shared machine; nothing measures it.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    /// <summary>On a machine that is so busy that K2HR3's first answers take seconds, the daemon reads the role twenty such paces later, within watch.role_interval at the latest (decision 15).</summary>
    private static readonly TimeSpan WatchTimeout = TimeSpan.FromMinutes(12);

    private readonly DbaasWorld _world;

    private AgentWorld(DbaasWorld world) => _world = world;

    public DbaasCluster Names => _world.Names;

    public K2hr3Service K2hr3 => _world.Service;

    public IServerCluster Cluster => _world.Cluster;

    public HostLayout Layout => _world.Layout;

    public HostState Host => _world.Host;

    public Supervisor Units => _world.Units;

    public AgentProgram Agent => _world.Agent;

    public string Cuk => _world.Cuk;

    public string Token => _world.Token;

    public string IniPath => Layout.ChmpxConfiguration;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="settings">Further settings, as a file in conf.d.</param>
    /// <param name="program">Started in place of the agent, which it starts in turn.</param>
    /// <param name="maker">Who made the cluster's roles; by default their lists name packages and units.</param>
    public static async Task<AgentWorld> CreateAsync(int servers, string settings = "", string? program = null, RoleMaker maker = RoleMaker.Cli)
    {
        // A K2HR3 in trouble answers in less than a second instead of half a minute.
        var options = new ScenarioOptions(program ?? AgentProgram.DefaultPath, IsReal: false, Keeps: false, Serves: false) { Maker = maker, TimeScale = 0.02 };
        var world = new AgentWorld(await DbaasWorld.CreateAsync(options, Cancel));
        if (servers > 0)
        {
            await world.Cluster.AddAsync(servers);
        }

        // Tests wait for less than operators do; what a test is about it sets itself.
        world.Configure("10-tests", "retry:\n  cap: 2s\nconfiguration:\n  second_answer_after: 500ms\nevidence:\n  duration: 2s\nwatch:\n  role_interval: 4m\n");
        world.Configure("20-test", settings);
        return world;
    }

    public static async Task<AgentWorld> BootstrappedAsync(int servers, string settings = "")
    {
        var world = await CreateAsync(servers, settings);
        await world.BootstrapAsync();
        return world;
    }

    public void Configure(string name, string yaml) => HostSetup.Write(Layout, $"etc/k2hdkc-slave-agent/conf.d/{name}.yaml", yaml);

    public string[] IdentityOptions =>
    [
        "--role", Names.SlaveRole.ToString(), "--tenant", Names.SlaveRole.TenantYrn, "--api-uri", K2hr3.Uri.ToString(), "--token-file", "-",
    ];

    public async Task<(int ExitCode, string Output)> TryBootstrapAsync(params string[] more) =>
        await Agent.RunAsync(["bootstrap", .. IdentityOptions, .. more], Token, Cancel);

    public async Task BootstrapAsync()
    {
        var (code, output) = await TryBootstrapAsync();
        Assert.True(code == 0, output);
    }

    public Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => Agent.RunAsync(arguments, null, Cancel);

    /// <summary>Waits until K2HR3, the file, chmpx and the servers agree, seen from outside the agent.</summary>
    public Task ConnectedAsync() => DbaasWorld.UntilAsync(_world.WhyNotConnectedAsync, Timeout, Cancel);

    public Task UntilAsync(Func<bool> isSo, string otherwise, TimeSpan? timeout = null) =>
        DbaasWorld.UntilAsync(_ => Task.FromResult(isSo() ? null : $"{otherwise}\n{Agent.Output}"), timeout ?? Timeout, Cancel);

    /// <summary>What the agent at work says of itself; null while none does.</summary>
    public AgentStatus? Status => StatusFile.TryReadOfLiving(new HostRoot(Layout.Root));

    /// <summary>The host was unregistered, and the daemon works no more.</summary>
    public bool IsPaused => Agent.IsRunning && Status is null
        && System.IO.File.Exists(Paths.UnregisteredMarker)
        && FileLock.LivingHolderOf(Paths.DaemonLock) is not null
        && !FileLock.IsHeld(Paths.WorkLock);

    /// <summary>Whether a condition is as it is for this reason.</summary>
    public bool Has(string condition, string reason) => Status?.Find(condition)?.Reason == reason;

    /// <summary>Whether a code, which stands in brackets behind its message, has been logged or printed.</summary>
    public bool HasLogged(string code) => Agent.Output.Contains($"({code})", StringComparison.Ordinal);

    /// <summary>Starts the daemon and waits until each of its controllers has run once and it is connected.</summary>
    public async Task WatchAsync()
    {
        Agent.Start();
        await WatchingAsync();
    }

    /// <summary>Waits until each of the daemon's controllers has run once and it is connected.</summary>
    public async Task WatchingAsync()
    {
        await UntilAsync(
            () => Status is { Connection.State: ConnectionStates.Connected } status && status.Conditions.All(condition => condition.Status != ConditionStatus.Unknown),
            "the daemon does not come to watch", WatchTimeout);
        await ConnectedAsync();
    }

    /// <summary>The daemon's process number, as soon as it has its lock.</summary>
    public async Task<int> DaemonPidAsync()
    {
        var path = Paths.RuntimeDirectory + "/daemon.pid";
        await UntilAsync(() => System.IO.File.Exists(path) && System.IO.File.ReadAllText(path).Length > 0, "the daemon does not start");
        return int.Parse(await System.IO.File.ReadAllTextAsync(path, Cancel), CultureInfo.InvariantCulture);
    }

    public (int Generation, IReadOnlySet<string> Servers) File => _world.ReadFile() ?? throw new FileNotFoundException(IniPath);

    /// <summary>What chmpx shows, from outside the agent; null while it does not answer.</summary>
    public Task<ChmpxView?> ViewAsync() => _world.ViewAsync(Cancel);

    public bool HasFile => _world.ReadFile() is not null;

    public AgentPaths Paths => new HostRoot(Layout.Root).Agent;

    public string Path(string hostPath) => System.IO.Path.Join(Layout.Root, hostPath);

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        Trees.Remove(Layout.Directory);
    }
}
