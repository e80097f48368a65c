using System.Globalization;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Sandbox.Viewing;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary>The steps. Each changes the world, then waits until every observer outside the agent confirms the result.</summary>
internal sealed class SlaveScenario(DbaasWorld world, Reporter reporter, SecretSearch secrets, ScenarioOptions options)
{
    private readonly bool _isReal = options.IsReal;

    // Only stand-in servers can disconnect a slave permanently.
    private readonly ConnectionChanges? _connections = world.Cluster is ServerCluster standIns ? new(world, standIns) : null;

    // In start order.
    private readonly string[] _units = options.Maker == RoleMaker.Cli ? ["chmpx.service", "demo-app.service"] : ["chmpx.service"];

    private readonly string[] _packages = options.Maker == RoleMaker.Cli ? ["chmpx", "demo-app", "k2hdkc-dbaas-override-conf"] : ["chmpx", "k2hdkc-dbaas-override-conf"];

    // More could not be told apart in a picture.
    private const int MostStandIns = 16;

    /// <summary>Servers that the cluster may have here; real ones run about twenty threads each.</summary>
    public int MostServers => _isReal ? 4 : MostStandIns;

    /// <summary>The servers can be cut off and powered off, as only stand-ins can.</summary>
    public bool CanLoseConnections => _connections is not null;

    // Few real nodes, because each runs about twenty threads on the same cores.
    private readonly int _size = options.IsReal ? 2 : 3;

    // In a real network a lost power is noticed after minutes.
    private static readonly TimeSpan UnnoticedTime = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan StoppedTime = TimeSpan.FromSeconds(2);

    // The time to the first answer of a K2HR3 whose store is paused, plus a margin.
    private readonly TimeSpan _storePaused = (new Outage(OutageMode.StorePaused).RecordedDelay * options.TimeScale) + TimeSpan.FromSeconds(2);

    // Most steps take a second or two. One waits for the next poll of K2HR3, whose pace is two minutes and a half at the most after the paused store's slow answer.
    private static readonly TimeSpan StepTimeout = TimeSpan.FromSeconds(240);

    private static readonly string[] IdentityFiles =
    [
        "k2hr3-role-token", "k2hr3-role-name", "k2hr3-role-tenant", "k2hr3-cuk", "k2hr3-cuk-param", "k2hr3-extra-param", "k2hr3-tag-param",
        "k2hr3-apiarg", "k2hr3-api-uri",
    ];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        var largest = _isReal ? 3 : 5;
        await StepAsync($"the cluster grows to {(_isReal ? "three" : "five")}", step => GrowAsync(step, largest, cancellationToken), cancellationToken);
        await StepAsync("the cluster shrinks to two", step => ShrinkAsync(step, 2, cancellationToken), cancellationToken);
        await StepAsync("K2HR3 is down while the cluster changes", step => OutageAsync(step, cancellationToken), cancellationToken);
        await StepAsync("a server node is lost", step => LoseAsync(step, cancellationToken), cancellationToken);
        await StepAsync("the lost node is replaced", step => ReplaceAsync(step, cancellationToken), cancellationToken);
        await StepAsync("restore from backup: all servers new", step => RestoreAsync(step, cancellationToken), cancellationToken);
        if (_connections is not null)
        {
            await StepAsync("all servers lose power, others replace them", step => ReplaceAllAsync(step, _connections, cancellationToken), cancellationToken);
            await StepAsync("the network is cut, servers return one by one", step => CutNetworkAsync(step, _connections, cancellationToken), cancellationToken);
            await StepAsync("clock a day ahead, connections lost", step => MoveClockAsync(step, _connections, cancellationToken), cancellationToken);
        }
        await StepAsync("agent killed, cluster grows, agent restarted", step => KillAsync(step, cancellationToken), cancellationToken);
        await StepAsync("regenerate --force", step => RegenerateAsync(step, cancellationToken), cancellationToken);
        await reporter.StepAsync("decommission: unregister", step => UnregisterAsync(step, cancellationToken));
        await reporter.StepAsync("no trace of the role token", _ => Task.FromResult(SearchToken()));
    }

    /// <summary>Steps that did not come about because of a fault of the real ring.</summary>
    public int LeftOut { get; private set; }

    /// <summary>A step of which the real servers may be the cause that it does not come about: then they are replaced, and the scenario goes on.</summary>
    private async Task StepAsync(string title, Func<ScenarioStep, Task<string>> run, CancellationToken cancellationToken)
    {
        // Not before the slave's first step: servers that join are not asked, or they join less often.
        if (world.Cluster is RealCluster cluster && world.Agent.IsRunning)
        {
            await cluster.WhenSettledAsync(SettleTime, cancellationToken);
        }
        try
        {
            await reporter.StepAsync(title, run);
        }
        catch (ScenarioFailure)
        {
            if (world.Cluster is not RealCluster ring || await ring.FindTroubleAsync(cancellationToken) is not { } trouble)
            {
                throw;
            }
            LeftOut++;
            reporter.Note(EntryKind.Problem, $"That is a fault of the real ring: {trouble} All servers are replaced, and the scenario goes on.");
            await world.Service.SetOutageAsync(Outage.None, cancellationToken);
            StartAgent();
            await reporter.StepAsync("the ring is made again", step => RestoreAsync(step, cancellationToken));
        }
    }

    /// <summary>Creates the cluster and boots the slave; <c>--serve</c> starts with it too.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await reporter.StepAsync($"a cluster of {(_isReal ? "two" : "three")} server nodes", async _ =>
        {
            await (_connections?.AddReservedAsync(_size) ?? world.Cluster.AddAsync(_size)).WaitAsync(cancellationToken);
            return $"{world.Service.Hosts(world.Names.ServerRole).Count} servers registered with K2HR3";
        });
        await StepAsync("the slave's VM boots: agent bootstrap", step => BootAsync(step, cancellationToken), cancellationToken);
        await reporter.StepAsync("the agent's daemon starts", async _ =>
        {
            var asked = world.Agent.IsRunning ? -1 : world.Service.Counts[RequestKind.Resource];
            StartAgent();
            await DbaasWorld.UntilAsync(_ => Task.FromResult(world.Service.Counts[RequestKind.Resource] > asked ? null : $"it has not queried K2HR3\n{world.Agent.Output}"),
                StepTimeout, cancellationToken);
            return $"queried K2HR3; {await VerifyConnectedAsync(cancellationToken)} as before";
        });
    }

    public async Task<string> GrowAsync(ScenarioStep step, int size, CancellationToken cancellationToken)
    {
        step.StartTiming();
        await world.Cluster.AddAsync(size - world.Cluster.Servers.Count).WaitAsync(cancellationToken);
        return await VerifyConnectedAsync(cancellationToken);
    }

    public async Task<string> ShrinkAsync(ScenarioStep step, int size, CancellationToken cancellationToken)
    {
        foreach (var server in world.Cluster.Servers.Skip(size).ToList())
        {
            await world.Cluster.RemoveAsync(server).WaitAsync(cancellationToken);
        }
        step.StartTiming();
        return await VerifyConnectedAsync(cancellationToken);
    }

    public Task<string> LoseAsync(ScenarioStep step, CancellationToken cancellationToken) => LoseAsync(step, world.Cluster.LoseAsync, cancellationToken);

    /// <summary>Connections that stay open without a peer are what the slave sees for some seconds.</summary>
    public Task<string> PowerOffAsync(ScenarioStep step, CancellationToken cancellationToken) => LoseAsync(step, server =>
    {
        reporter.Progress($"nobody has noticed: {server.Name} closed no connection");
        return _connections!.PowerOffAsync((ServerNode)server, UnnoticedTime, cancellationToken);
    }, cancellationToken);

    private async Task<string> LoseAsync(ScenarioStep step, Func<IServerNode, Task> fail, CancellationToken cancellationToken)
    {
        var before = world.ReadFile()!.Value;
        var lost = world.Cluster.Servers[0];
        step.StartTiming();
        await fail(lost);
        await DbaasWorld.UntilAsync(async token => await world.ViewAsync(token) is { } view
            && view.Connected == world.Cluster.Servers.Count ? null : "chmpx still shows it connected", StepTimeout, cancellationToken, progress: reporter.Progress);
        step.StopTiming();
        return world.ReadFile() is var (_, servers) && servers.SetEquals(before.Servers)
            ? $"connected {world.Cluster.Servers.Count}/{servers.Count}; K2HR3 still lists it, so the file does too"
            : throw new ScenarioFailure("the file changed, although the list in K2HR3 did not change");
    }

    public async Task<string> ReplaceAsync(ScenarioStep step, CancellationToken cancellationToken)
    {
        step.StartTiming();
        await world.Cluster.AddAsync(ForgetFailed()).WaitAsync(cancellationToken);
        return await VerifyConnectedAsync(cancellationToken);
    }

    public async Task<string> RestoreAsync(ScenarioStep step, CancellationToken cancellationToken)
    {
        step.StartTiming();
        ForgetFailed();
        await world.Cluster.RestoreAsync(_size).WaitAsync(cancellationToken);
        return await VerifyConnectedAsync(cancellationToken);
    }

    public async Task<string> RegenerateAsync(ScenarioStep step, CancellationToken cancellationToken)
    {
        var before = world.ReadFile()!.Value.Generation;
        step.StartTiming();
        await RunAgentAsync(["regenerate", "--force"], null, cancellationToken);
        var result = await VerifyConnectedAsync(cancellationToken);
        var after = world.ReadFile()!.Value.Generation;
        return after > before ? result : throw new ScenarioFailure($"the generation is still {after}");
    }

    /// <summary>The slave reaches neither K2HR3 nor a server, and then one server after another.</summary>
    /// <param name="length">How long it reaches nobody.</param>
    public async Task<string> CutNetworkAsync(ScenarioStep step, TimeSpan length, CancellationToken cancellationToken)
    {
        reporter.Progress("K2HR3 and all servers refuse the slave's connections");
        await world.Service.SetOutageAsync(new(OutageMode.Stopped), cancellationToken);
        try
        {
            await _connections!.CutNetworkAsync(cancellationToken, async () =>
            {
                await Task.Delay(length, cancellationToken);
                await world.Service.SetOutageAsync(Outage.None, cancellationToken);
                reporter.Progress("K2HR3 and the servers can be reached again, one after another");
            });
        }
        finally
        {
            await world.Service.SetOutageAsync(Outage.None, CancellationToken.None);
        }
        step.StartTiming();
        return await VerifyConnectedAsync(cancellationToken);
    }

    public async Task<string> PauseAsync(CancellationToken cancellationToken)
    {
        await RunAgentAsync(["pause", "--for", "1h", "--reason", "asked for in the sandbox"], null, cancellationToken);
        await DbaasWorld.UntilAsync(_ => Task.FromResult(world.ReadStatus() is { IsPaused: true } ? null : "the agent does not report it"), StepTimeout, cancellationToken);
        return "for an hour, or until 'resume': it observes and reports, and changes nothing";
    }

    /// <param name="verifies">False: a change is under way, which verifies the connections itself.</param>
    public async Task<string> ResumeAsync(ScenarioStep step, bool verifies, CancellationToken cancellationToken)
    {
        step.StartTiming();
        await RunAgentAsync(["resume"], null, cancellationToken);
        await DbaasWorld.UntilAsync(_ => Task.FromResult(world.ReadStatus() is { IsPaused: false } ? null : "the agent does not report it"), StepTimeout, cancellationToken);
        return verifies ? await VerifyConnectedAsync(cancellationToken) : "it catches up with K2HR3's list";
    }

    // K2HR3 no longer lists failed servers; returns how many there were.
    private int ForgetFailed()
    {
        var alive = world.Cluster.Servers.Select(server => server.Cuk).ToHashSet();
        var lost = world.Service.Hosts(world.Names.ServerRole).Where(host => !alive.Contains(host.Cuk!)).ToList();
        lost.ForEach(host => world.Service.RemoveHost(world.Names.ServerRole, host.Cuk!));
        return lost.Count;
    }

    private async Task<string> BootAsync(ScenarioStep step, CancellationToken cancellationToken)
    {
        using var booting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var admitting = _connections?.AdmitOneByOneAsync(booting.Token) ?? Task.CompletedTask;
        try
        {
            await RunAgentAsync(
            [
                "bootstrap", "--role", $"{world.Names.SlaveRole}", "--tenant", world.Names.SlaveRole.TenantYrn, "--api-uri", $"{world.Service.Uri}",
                "--token-file", "-",
            ], world.Token, cancellationToken, reporter.Progress);
            await admitting;
        }
        finally
        {
            await booting.CancelAsync();
        }
        _connections?.AdmitTogether();
        Check(_connections is null or { Restarts: > 0 }, "chmpx was not restarted, although the servers admitted the slave one after another");
        if (_isReal && await world.WhyNotConnectedAsync(cancellationToken) is { } missing)
        {
            // At its deadline bootstrap ends well with a part of the servers; the rest is the daemon's to connect.
            reporter.Progress(missing);
            StartAgent();
        }
        var result = await VerifyConnectedAsync(cancellationToken);
        step.StopTiming();
        Check(world.Service.Hosts(world.Names.SlaveRole).Any(host => host.Cuk == world.Cuk), "K2HR3 does not have the host in the slave role");
        Check(world.Host.Installed.SequenceEqual(_packages), $"installed is {string.Join(", ", world.Host.Installed)}");
        foreach (var unit in _units)
        {
            Check(world.Units.StatusOf(unit) is { State: UnitState.Active, IsEnabled: true }, $"{unit} is not enabled and active");
        }
        foreach (var file in IdentityFiles)
        {
            Check(File.Exists(Path.Combine(world.Layout.Root, "etc/antpickax", file)), $"/etc/antpickax/{file} does not exist");
        }
        var token = Path.Combine(world.Layout.Root, "etc/antpickax", IdentityFiles[0]);
        Check(await File.ReadAllTextAsync(token, cancellationToken) == world.Token, "the token file does not contain the token");
        Check(File.GetUnixFileMode(token) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), "the token file's mode is not 0600");
        return $"{result}; registered, installed, enabled{(_connections is null ? "" : $"; chmpx restarted {_connections.Restarts} times, as servers admitted it one by one")}";
    }

    private async Task<string> OutageAsync(ScenarioStep step, CancellationToken cancellationToken)
    {
        var before = world.ReadFile()!.Value;
        // First connections are refused, then the failing store makes K2HR3 reject a valid token (401).
        await world.Service.SetOutageAsync(new(OutageMode.Stopped), cancellationToken);
        var lost = world.Cluster.Servers[0];
        await world.Cluster.LoseAsync(lost);
        var replacing = Task.WhenAll(world.Cluster.ForgetAsync(lost), world.Cluster.AddAsync(1));
        await VerifyUnchangedAsync(before.Servers, StoppedTime, cancellationToken);
        await world.Service.SetOutageAsync(new(OutageMode.StorePaused), cancellationToken);
        await VerifyUnchangedAsync(before.Servers, _storePaused, cancellationToken);
        await world.Service.SetOutageAsync(Outage.None, cancellationToken);
        step.StartTiming();
        await replacing.WaitAsync(cancellationToken);
        var result = await VerifyConnectedAsync(cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{result}; {(StoppedTime + _storePaused).TotalSeconds:0} s without K2HR3, the last good file kept");
    }

    private async Task<string> ReplaceAllAsync(ScenarioStep step, ConnectionChanges changes, CancellationToken cancellationToken)
    {
        var restarts = changes.Restarts;
        await changes.ReplaceAllAsync(_size, cancellationToken);
        step.StartTiming();
        var result = await VerifyConnectedAsync(cancellationToken);
        return RestartedOnce(changes, restarts, result);
    }

    private async Task<string> CutNetworkAsync(ScenarioStep step, ConnectionChanges changes, CancellationToken cancellationToken)
    {
        var restarts = changes.Restarts;
        await changes.CutNetworkAsync(cancellationToken);
        step.StartTiming();
        var result = await VerifyConnectedAsync(cancellationToken);

        // Where the first server comes back just as long after the others were tried as the agent waits, chmpx is restarted for that as well.
        var more = changes.Restarts - restarts;
        Check(more is 1 or 2, $"chmpx was restarted {more} times instead of once or twice");
        return $"{result}; chmpx restarted {(more == 1 ? "once" : "twice")}";
    }

    private async Task<string> MoveClockAsync(ScenarioStep step, ConnectionChanges changes, CancellationToken cancellationToken)
    {
        await changes.MoveClockAsync(token => VerifyConnectedAsync(token), cancellationToken);
        var restarts = changes.Restarts;
        step.StartTiming();
        var result = await VerifyConnectedAsync(cancellationToken);
        step.StopTiming();
        var verified = RestartedOnce(changes, restarts, result);
        await changes.SetClockRightAsync();
        await VerifyConnectedAsync(cancellationToken);
        return verified;
    }

    private static string RestartedOnce(ConnectionChanges changes, int before, string result)
    {
        var restarts = changes.Restarts - before;
        Check(restarts == 1, $"chmpx was restarted {restarts} times instead of once");
        return $"{result}; chmpx restarted once";
    }

    private async Task<string> KillAsync(ScenarioStep step, CancellationToken cancellationToken)
    {
        await world.Agent.KillAsync();
        await world.Cluster.AddAsync(1).WaitAsync(cancellationToken);
        step.StartTiming();
        world.Agent.Start();
        return await VerifyConnectedAsync(cancellationToken);
    }

    private async Task<string> UnregisterAsync(ScenarioStep step, CancellationToken cancellationToken)
    {
        // Once while the identity still exists, and once at the end.
        SearchToken();
        step.StartTiming();
        await RunAgentAsync(["unregister"], null, cancellationToken);
        step.StopTiming();
        Check(world.Service.Hosts(world.Names.SlaveRole).All(host => host.Cuk != world.Cuk), "K2HR3 still has the host in the slave role");
        var stops = world.Units.Events.Where(happened => happened.What == "stopped").Select(happened => happened.Unit).ToList();
        Check(stops.TakeLast(_units.Length).SequenceEqual(_units.Reverse()), $"units stopped: {string.Join(", ", stops)}");
        Check(await ControlPortClient.AskAsync(world.Names.SlaveControlPort, "VERSION", cancellationToken) is null, "chmpx still answers");
        Check(!world.Units.StatusOf("chmpx.service").IsEnabled, "chmpx.service is still enabled");
        var ending = await world.Agent.StopAsync();
        Check(ending < TimeSpan.FromSeconds(10), $"the daemon took {ending.TotalSeconds:0.0} s to stop");
        var exits = world.Units.Events.Where(happened => happened.What.StartsWith("exited", StringComparison.Ordinal)).ToList();
        Check(exits.Count == 0, $"chmpx exited by itself {exits.Count} times during the scenario");
        Check(_isReal || !world.Units.StatusOf("chmpx.service").LastLines.Any(line => line.StartsWith("DANGEROUS", StringComparison.Ordinal)),
            "the agent sent a forbidden command to chmpx");
        return "removed from its role, units stopped in reverse order; chmpx never exited by itself";
    }

    private string SearchToken()
    {
        var found = secrets.Find(world.Agent.Output, world.Layout.Root);
        Check(found.Count == 0, $"the token was found in {string.Join(", ", found)}");
        return "not in output, files, tool calls or command lines";
    }

    private void StartAgent()
    {
        if (!world.Agent.IsRunning)
        {
            world.Agent.Start();
        }
    }

    // All observers agree: K2HR3, the file, chmpx and the servers.
    private async Task<string> VerifyConnectedAsync(CancellationToken cancellationToken)
    {
        var isPaused = false;
        // The agent may be paused at any time, and then changes nothing.
        await DbaasWorld.UntilAsync(async token => (isPaused = world.ReadStatus() is { IsPaused: true }) ? null : await world.WhyNotConnectedAsync(token),
            StepTimeout, cancellationToken,
            // Real servers must not be queried often.
            _isReal ? TimeSpan.FromMilliseconds(500) : null, reporter.Progress);
        if (isPaused)
        {
            return $"the agent is paused, so that generation {world.ReadFile()?.Generation} stays until 'resume'";
        }
        var (generation, servers) = world.ReadFile()!.Value;
        return $"connected {world.Cluster.Servers.Count}/{servers.Count}, generation {generation}";
    }

    private async Task VerifyUnchangedAsync(IReadOnlySet<string> servers, TimeSpan length, CancellationToken cancellationToken)
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); watch.Elapsed < length; await Task.Delay(100, cancellationToken))
        {
            Check(world.ReadFile() is var (_, inFile) && inFile.SetEquals(servers), "the file changed while K2HR3 was down");
            foreach (var server in world.Cluster.Servers)
            {
                Check(await server.HasSlaveAsync(world.Cuk, cancellationToken) is not false, $"the connection to {server.Name} was lost while K2HR3 was down");
            }
        }
    }

    private async Task RunAgentAsync(IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken, Action<string>? progress = null)
    {
        var (exitCode, output) = await world.Agent.RunAsync(arguments, input, cancellationToken, progress);
        Check(exitCode == 0, $"'{arguments[0]}' exited with code {exitCode}\n{output}");
    }

    private static void Check(bool condition, string problem)
    {
        if (!condition)
        {
            throw new ScenarioFailure(problem);
        }
    }
}
