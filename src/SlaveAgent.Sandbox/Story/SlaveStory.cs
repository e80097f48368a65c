using System.Globalization;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Sandbox.Story;

/// <summary>The beats. Each changes the world, then waits until all witnesses outside the agent agree that it followed.</summary>
internal sealed class SlaveStory(DbaasWorld world, Teller teller, SecretSearch secrets, StoryOptions options)
{
    private readonly bool isReal = options.IsReal;

    // What makes a slave lose servers for good can be had from stand-ins only.
    private readonly ConnectionSteps? connections = world.Cluster is ServerCluster standIns ? new(world, standIns) : null;

    // In the order in which they are started.
    private readonly string[] units = options.Maker == RoleMaker.Cli ? ["chmpx.service", "demo-app.service"] : ["chmpx.service"];

    private readonly string[] packages = options.Maker == RoleMaker.Cli ? ["chmpx", "demo-app", "k2hdkc-dbaas-override-conf"] : ["chmpx", "k2hdkc-dbaas-override-conf"];

    // Real nodes, each with some twenty threads on the same few cores, are kept few.
    private readonly int size = options.IsReal ? 2 : 3;

    private static readonly TimeSpan NobodyAnswers = TimeSpan.FromSeconds(2);

    // Until the first answer of a K2HR3 whose store is paused, and some time more.
    private readonly TimeSpan storePaused = (new Outage(OutageMode.StorePaused).RecordedDelay * options.TimeScale) + TimeSpan.FromSeconds(2);

    // Most beats take a second or two; a beat that takes longer than this has failed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly string[] IdentityFiles =
    [
        "k2hr3-role-token", "k2hr3-role-name", "k2hr3-role-tenant", "k2hr3-cuk", "k2hr3-cuk-param", "k2hr3-extra-param", "k2hr3-tag-param",
        "k2hr3-apiarg", "k2hr3-api-uri",
    ];

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        var most = isReal ? 3 : 5;
        await teller.BeatAsync($"the cluster grows to {(isReal ? "three" : "five")}", beat => GrowAsync(beat, most, cancellationToken));
        await teller.BeatAsync("the cluster shrinks to two", beat => ShrinkAsync(beat, 2, cancellationToken));
        await teller.BeatAsync("K2HR3 is away, and the cluster changes", beat => OutageAsync(beat, cancellationToken));
        await teller.BeatAsync("a server node is lost", beat => LoseAsync(beat, cancellationToken));
        await teller.BeatAsync("the lost node is replaced", beat => ReplaceAsync(beat, cancellationToken));
        await teller.BeatAsync("restore from backup: all servers new", beat => RestoreAsync(beat, cancellationToken));
        if (connections is not null)
        {
            await teller.BeatAsync("all servers lose power, others replace them", beat => ReplaceAllAsync(beat, connections, cancellationToken));
            await teller.BeatAsync("the network is cut, servers return one by one", beat => CutNetworkAsync(beat, connections, cancellationToken));
            await teller.BeatAsync("a clock a day ahead, and connections lost", beat => MoveClockAsync(beat, connections, cancellationToken));
        }
        await teller.BeatAsync("agent killed (-9), cluster grows, agent back", beat => KillAsync(beat, cancellationToken));
        await teller.BeatAsync("regenerate --force", beat => RegenerateAsync(beat, cancellationToken));
        await teller.BeatAsync("decommission: unregister", beat => UnregisterAsync(beat, cancellationToken));
        await teller.BeatAsync("no trace of the role token", _ => Task.FromResult(SearchToken()));
    }

    /// <summary>The cluster of three and the slave's boot, with which <c>--serve</c> begins too.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await teller.BeatAsync($"a cluster of {(isReal ? "two" : "three")} server nodes", async _ =>
        {
            await (connections?.AddReservedAsync(size) ?? world.Cluster.AddAsync(size)).WaitAsync(cancellationToken);
            return $"{world.Service.Hosts(world.Names.ServerRole).Count} servers registered with K2HR3";
        });
        await teller.BeatAsync("the slave's VM boots: agent bootstrap", beat => BootAsync(beat, cancellationToken));
        await teller.BeatAsync("the agent's daemon starts and watches", async _ =>
        {
            var asked = world.Service.Counts[RequestKind.Resource];
            world.Agent.Start();
            await DbaasWorld.UntilAsync(_ => Task.FromResult(world.Service.Counts[RequestKind.Resource] > asked ? null : $"it has not asked K2HR3\n{world.Agent.Output}"),
                Patience, cancellationToken);
            return $"asked K2HR3; {await AgreeAsync(cancellationToken)} as before";
        });
    }

    public async Task<string> GrowAsync(Beat beat, int size, CancellationToken cancellationToken)
    {
        beat.BeginsNow();
        await world.Cluster.AddAsync(size - world.Cluster.Servers.Count).WaitAsync(cancellationToken);
        return await AgreeAsync(cancellationToken);
    }

    public async Task<string> ShrinkAsync(Beat beat, int size, CancellationToken cancellationToken)
    {
        foreach (var server in world.Cluster.Servers.Skip(size).ToList())
        {
            await world.Cluster.RemoveAsync(server);
        }
        beat.BeginsNow();
        return await AgreeAsync(cancellationToken);
    }

    public async Task<string> LoseAsync(Beat beat, CancellationToken cancellationToken)
    {
        var before = world.ReadFile()!.Value;
        var lost = world.Cluster.Servers[0];
        beat.BeginsNow();
        await world.Cluster.LoseAsync(lost);
        await DbaasWorld.UntilAsync(async token => await world.ViewAsync(token) is { } view
            && view.Connected == world.Cluster.Servers.Count ? null : "chmpx still shows it connected", Patience, cancellationToken);
        beat.EndsNow();
        return world.ReadFile() is var (_, servers) && servers.SetEquals(before.Servers)
            ? $"connected {world.Cluster.Servers.Count}/{servers.Count}; K2HR3 still lists it, so the file does too"
            : throw new StoryFailure("the file changed, although K2HR3 lists what it listed");
    }

    public async Task<string> ReplaceAsync(Beat beat, CancellationToken cancellationToken)
    {
        var alive = world.Cluster.Servers.Select(server => server.Cuk).ToHashSet();
        var lost = world.Service.Hosts(world.Names.ServerRole).Where(host => !alive.Contains(host.Cuk!)).ToList();
        beat.BeginsNow();
        lost.ForEach(host => world.Service.RemoveHost(world.Names.ServerRole, host.Cuk!));
        await world.Cluster.AddAsync(lost.Count).WaitAsync(cancellationToken);
        return await AgreeAsync(cancellationToken);
    }

    public async Task<string> RestoreAsync(Beat beat, CancellationToken cancellationToken)
    {
        beat.BeginsNow();
        await world.Cluster.RestoreAsync(size).WaitAsync(cancellationToken);
        return await AgreeAsync(cancellationToken);
    }

    public async Task<string> RegenerateAsync(Beat beat, CancellationToken cancellationToken)
    {
        var before = world.ReadFile()!.Value.Generation;
        beat.BeginsNow();
        await RunAgentAsync(["regenerate", "--force"], null, cancellationToken);
        var agreed = await AgreeAsync(cancellationToken);
        var after = world.ReadFile()!.Value.Generation;
        return after > before ? agreed : throw new StoryFailure($"the generation is still {after}");
    }

    private async Task<string> BootAsync(Beat beat, CancellationToken cancellationToken)
    {
        using var booting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var admitting = connections?.AdmitOneByOneAsync(booting.Token) ?? Task.CompletedTask;
        try
        {
            await RunAgentAsync(
            [
                "bootstrap", "--role", $"{world.Names.SlaveRole}", "--tenant", world.Names.SlaveRole.TenantYrn, "--api-uri", $"{world.Service.Uri}",
                "--token-file", "-",
            ], world.Token, cancellationToken);
            await admitting;
        }
        finally
        {
            await booting.CancelAsync();
        }
        connections?.AdmitTogether();
        Check(connections is null or { Restarts: > 0 }, "chmpx was not restarted, although servers admitted it one after the other");
        var agreed = await AgreeAsync(cancellationToken);
        beat.EndsNow();
        Check(world.Service.Hosts(world.Names.SlaveRole).Any(host => host.Cuk == world.Cuk), "K2HR3 does not have the host in the slave role");
        Check(world.Host.Installed.SequenceEqual(packages), $"installed is {string.Join(", ", world.Host.Installed)}");
        foreach (var unit in units)
        {
            Check(world.Units.StatusOf(unit) is { State: UnitState.Active, IsEnabled: true }, $"{unit} is not enabled and active");
        }
        foreach (var file in IdentityFiles)
        {
            Check(File.Exists(Path.Combine(world.Layout.Root, "etc/antpickax", file)), $"/etc/antpickax/{file} is not there");
        }
        var token = Path.Combine(world.Layout.Root, "etc/antpickax", IdentityFiles[0]);
        Check(await File.ReadAllTextAsync(token, cancellationToken) == world.Token, "the token file does not hold the token");
        Check(File.GetUnixFileMode(token) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), "the token file's mode is not 0600");
        return $"{agreed}; registered, installed, enabled{(connections is null ? "" : $"; chmpx restarted {connections.Restarts} times, as servers admitted it one by one")}";
    }

    private async Task<string> OutageAsync(Beat beat, CancellationToken cancellationToken)
    {
        var before = world.ReadFile()!.Value;
        // At first nobody answers, then a store in trouble makes a good token look wrong (401).
        await world.Service.SetOutageAsync(new(OutageMode.Stopped), cancellationToken);
        var lost = world.Cluster.Servers[0];
        await world.Cluster.LoseAsync(lost);
        var replacing = Task.WhenAll(world.Cluster.ForgetAsync(lost), world.Cluster.AddAsync(1));
        await StayAsync(before.Servers, NobodyAnswers, cancellationToken);
        await world.Service.SetOutageAsync(new(OutageMode.StorePaused), cancellationToken);
        await StayAsync(before.Servers, storePaused, cancellationToken);
        await world.Service.SetOutageAsync(Outage.None, cancellationToken);
        beat.BeginsNow();
        await replacing.WaitAsync(cancellationToken);
        var agreed = await AgreeAsync(cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{agreed}; {(NobodyAnswers + storePaused).TotalSeconds:0} s without K2HR3 the last good file stayed");
    }

    private async Task<string> ReplaceAllAsync(Beat beat, ConnectionSteps steps, CancellationToken cancellationToken)
    {
        var restarts = steps.Restarts;
        await steps.ReplaceAllAsync(size, cancellationToken);
        beat.BeginsNow();
        var agreed = await AgreeAsync(cancellationToken);
        return RestartedOnce(steps, restarts, agreed);
    }

    private async Task<string> CutNetworkAsync(Beat beat, ConnectionSteps steps, CancellationToken cancellationToken)
    {
        var restarts = steps.Restarts;
        await steps.CutNetworkAsync(cancellationToken);
        beat.BeginsNow();
        var agreed = await AgreeAsync(cancellationToken);
        return RestartedOnce(steps, restarts, agreed);
    }

    private async Task<string> MoveClockAsync(Beat beat, ConnectionSteps steps, CancellationToken cancellationToken)
    {
        await steps.MoveClockAsync(token => AgreeAsync(token), cancellationToken);
        var restarts = steps.Restarts;
        beat.BeginsNow();
        var agreed = await AgreeAsync(cancellationToken);
        beat.EndsNow();
        var verified = RestartedOnce(steps, restarts, agreed);
        await steps.SetClockRightAsync();
        await AgreeAsync(cancellationToken);
        return verified;
    }

    private static string RestartedOnce(ConnectionSteps steps, int before, string agreed)
    {
        var restarts = steps.Restarts - before;
        Check(restarts == 1, $"chmpx was restarted {restarts} times, where once was needed");
        return $"{agreed}; chmpx restarted once";
    }

    private async Task<string> KillAsync(Beat beat, CancellationToken cancellationToken)
    {
        await world.Agent.KillAsync();
        await world.Cluster.AddAsync(1).WaitAsync(cancellationToken);
        beat.BeginsNow();
        world.Agent.Start();
        return await AgreeAsync(cancellationToken);
    }

    private async Task<string> UnregisterAsync(Beat beat, CancellationToken cancellationToken)
    {
        // Once while the identity is still there, and once at the end.
        SearchToken();
        beat.BeginsNow();
        await RunAgentAsync(["unregister"], null, cancellationToken);
        beat.EndsNow();
        Check(world.Service.Hosts(world.Names.SlaveRole).All(host => host.Cuk != world.Cuk), "K2HR3 still has the host in the slave role");
        var stops = world.Units.Events.Where(happened => happened.What == "stopped").Select(happened => happened.Unit).ToList();
        Check(stops.TakeLast(units.Length).SequenceEqual(units.Reverse()), $"units stopped: {string.Join(", ", stops)}");
        Check(await ControlPortClient.AskAsync(world.Names.SlaveControlPort, "VERSION", cancellationToken) is null, "chmpx still answers");
        Check(!world.Units.StatusOf("chmpx.service").IsEnabled, "chmpx.service is still enabled");
        var ending = await world.Agent.StopAsync();
        Check(ending < TimeSpan.FromSeconds(1), $"the daemon took {ending.TotalSeconds:0.0} s to end");
        var exits = world.Units.Events.Where(happened => happened.What.StartsWith("exited", StringComparison.Ordinal)).ToList();
        Check(exits.Count == 0, $"chmpx ended by itself {exits.Count} times in this story");
        Check(isReal || !world.Units.StatusOf("chmpx.service").LastLines.Any(line => line.StartsWith("DANGEROUS", StringComparison.Ordinal)),
            "the agent sent chmpx a command that it must never send");
        return "gone from its role, units stopped in reverse; chmpx never died in between";
    }

    private string SearchToken()
    {
        var found = secrets.Find(world.Agent.Output, world.Layout.Root);
        Check(found.Count == 0, $"the token is in {string.Join(", ", found)}");
        return "not in output, files or the tools' calls, nor in any command line while it ran";
    }

    // All witnesses agree: K2HR3, the file, chmpx, the servers.
    private async Task<string> AgreeAsync(CancellationToken cancellationToken)
    {
        await DbaasWorld.UntilAsync(world.WhyNotConnectedAsync, Patience, cancellationToken,
            // Real servers are not to be asked too often.
            isReal ? TimeSpan.FromMilliseconds(500) : null);
        var (generation, servers) = world.ReadFile()!.Value;
        return $"connected {servers.Count}/{servers.Count}, generation {generation}";
    }

    private async Task StayAsync(IReadOnlySet<string> servers, TimeSpan length, CancellationToken cancellationToken)
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); watch.Elapsed < length; await Task.Delay(100, cancellationToken))
        {
            Check(world.ReadFile() is var (_, inFile) && inFile.SetEquals(servers), "the file changed while K2HR3 was away");
            foreach (var server in world.Cluster.Servers)
            {
                Check(await server.HasSlaveAsync(world.Cuk, cancellationToken), $"the connection to {server.Name} was lost while K2HR3 was away");
            }
        }
    }

    private async Task RunAgentAsync(IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await world.Agent.RunAsync(arguments, input, cancellationToken);
        Check(exitCode == 0, $"'{arguments[0]}' ended with {exitCode}:\n{output}");
    }

    private static void Check(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            throw new StoryFailure(otherwise);
        }
    }
}
