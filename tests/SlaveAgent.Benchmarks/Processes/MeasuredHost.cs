using System.Diagnostics;
using System.Globalization;
using SlaveAgent.Files;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;

namespace SlaveAgent.Benchmarks.Processes;

/// <summary>A DBaaS on loopback with one agent to be measured, in one of two sizes of truth.</summary>
internal sealed class MeasuredHost : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    private readonly QuickChmpx? _chmpx;
    private string? _memory;

    private MeasuredHost(DbaasWorld world, QuickChmpx? chmpx)
    {
        World = world;
        _chmpx = chmpx;
    }

    public DbaasWorld World { get; }

    public string Ini => World.Layout.ChmpxConfiguration;

    public long Looks => _chmpx?.Looks ?? 0;

    public int Pid => int.Parse(File.ReadAllText(Path.Join(World.Layout.Root, "run/k2hdkc-slave-agent/daemon.pid")), CultureInfo.InvariantCulture);

    /// <summary>With the sandbox's servers and its stand-in chmpx, bootstrapped.</summary>
    /// <param name="traffic">How often the host's programs send each server a message; null: there are none.</param>
    public static async Task<MeasuredHost> WholeAsync(string agent, int servers, string settings, CancellationToken cancel, TimeSpan? traffic = null)
    {
        var world = await DbaasWorld.CreateAsync(new ScenarioOptions(agent, IsReal: false, Keeps: false, Serves: false) { Maker = RoleMaker.Cli }, cancel);
        await world.Cluster.AddAsync(servers);
        if (traffic is { } apart)
        {
            HostSetup.Write(world.Layout, "var/lib/sandbox/traffic", string.Create(CultureInfo.InvariantCulture, $"{apart.TotalMilliseconds}"));
        }

        var host = new MeasuredHost(world, null);
        await host.PutRunInMemoryAsync(cancel);
        return await BootstrappedAsync(host, settings, cancel);
    }

    /// <summary>
    /// With servers that are names in K2HR3 only, and a control port that shows them all connected. The role lists no packages and no units: the
    /// sandbox's package manager and systemctl are .NET programs, whose starts would be measured instead.
    /// </summary>
    public static async Task<MeasuredHost> LeanAsync(string agent, int servers, string settings, CancellationToken cancel)
    {
        var world = await DbaasWorld.CreateAsync(new ScenarioOptions(agent, IsReal: false, Keeps: false, Serves: false) { Maker = RoleMaker.Cli }, cancel);
        world.Service.CreateCluster(world.Names with
        {
            // DBaaS's own allows 256 nodes, this one included.
            Template = DbaasTemplate.For(world.Names).Replace("= 256", "= 1024", StringComparison.Ordinal),
            SlaveKeys = new Dictionary<string, string>
            {
                ["k2hr3-init-packages"] = string.Empty,
                ["k2hr3-init-packagecloud-packages"] = string.Empty,
                ["k2hr3-init-systemd-packages"] = string.Empty,
            },
        });

        // A role that lists nothing has the documented unit, whose own chmpx would find the control port in use.
        world.Host.SetPackages([.. world.Host.Packages.Select(package => package.Name != "chmpx" ? package : package with
        {
            Files = new Dictionary<string, string> { ["usr/lib/systemd/system/chmpx.service"] = Package.Unit("CHMPX", "/bin/sleep infinity", "SIGTERM") },
        })]);
        var host = new MeasuredHost(world, new QuickChmpx(world.Names.SlaveControlPort, world.Layout.ChmpxConfiguration));
        for (var number = 1; number <= servers; number++)
        {
            host.List(number);
        }

        return await BootstrappedAsync(host, settings, cancel);
    }

    /// <summary>K2HR3 lists a server of this number from now on.</summary>
    public void List(int number) => World.Service.RegisterHost(
        World.Names.ServerRole, new RegisteredHost($"10.0.{number / 250}.{(number % 250) + 1}", CukOf(number), $"server-{number}.novalocal", InboundIp: $"10.0.{number / 250}.{(number % 250) + 1}"));

    public void Unlist(int number) => World.Service.RemoveHost(World.Names.ServerRole, CukOf(number));

    public static string CukOf(int number) => string.Create(CultureInfo.InvariantCulture, $"cfd6fcc4-cd7f-4ba2-852e-{number:x12}");

    public void Configure(string settings) => HostSetup.Write(World.Layout, "etc/k2hdkc-slave-agent/conf.d/measure.yaml", settings);

    /// <summary>Starts the daemon and waits until it is connected, and each of its controllers has run once.</summary>
    public async Task WatchAsync(CancellationToken cancel)
    {
        var said = World.Agent.Output.Length;
        World.Agent.Start();
        await DbaasWorld.UntilAsync(
            _ => Task.FromResult(
                StatusFile.TryReadOfLiving(new HostRoot(World.Layout.Root)) is { Connection.State: ConnectionStates.Connected } status && status.Conditions.All(condition => condition.Status != ConditionStatus.Unknown)
                    ? null
                    : $"the daemon is not connected\n{World.Agent.Output[said..]}"),
            Timeout, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        _chmpx?.Dispose();
        Directory.Delete(World.Layout.Directory, recursive: true);
        if (_memory is not null)
        {
            Directory.Delete(_memory, recursive: true);
        }
    }

    /// <summary>As on a host, where /run is memory; the status file written there costs several times as much on a disk.</summary>
    private async Task PutRunInMemoryAsync(CancellationToken cancel)
    {
        _memory = Directory.CreateDirectory($"/dev/shm/{Path.GetFileName(World.Layout.Directory)}").FullName;
        using var shell = Process.Start("/bin/sh", ["-ec", "mkdir -p \"$1\"; cp -a \"$1/.\" \"$2\"; rm -r \"$1\"; ln -s \"$2\" \"$1\"", "sh", Path.Join(World.Layout.Root, "run"), _memory]);
        await shell.WaitForExitAsync(cancel);
        if (shell.ExitCode != 0)
        {
            throw new InvalidOperationException($"the host's /run cannot be put in {_memory}");
        }
    }

    private static async Task<MeasuredHost> BootstrappedAsync(MeasuredHost host, string settings, CancellationToken cancel)
    {
        host.Configure(settings);
        var world = host.World;
        var (code, output) = await world.Agent.RunAsync(
            ["bootstrap", "--role", $"{world.Names.SlaveRole}", "--tenant", world.Names.SlaveRole.TenantYrn, "--api-uri", $"{world.Service.Uri}", "--token-file", "-", "--timeout", "2m"],
            world.Token, cancel);
        return code == 0 ? host : throw new InvalidOperationException($"bootstrap ended with {code}: {output}");
    }
}
