using System.Net.Sockets;
using System.Text;
using SlaveAgent.Chmpx;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

public sealed class DaemonTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SIGTERM_ends_the_daemon_also_while_K2HR3_hangs_and_leaves_no_stage()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.StorePaused, TimeSpan.FromMinutes(2)), Cancel);
        world.Agent.Start();
        await world.UntilAsync(() => world.Status is not null, "the daemon does not start");

        await world.Agent.StopAsync();

        Assert.False(world.Agent.IsRunning);
        Assert.Equal(0, world.Agent.ExitCode);
        Assert.Empty(Directory.EnumerateFiles(world.Layout.Root, ".*.stage", SearchOption.AllDirectories));
    }

    /// <summary>The unit's ProtectProc= hides it: then only the socket tells that it is there.</summary>
    [Fact]
    public async Task Systemd_hears_that_the_daemon_is_ready_also_where_its_process_is_not_to_be_seen()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var path = Path.Combine(world.Layout.Root, "notify");
        socket.Bind(new UnixDomainSocketEndPoint(path));

        world.Agent.Start(path);

        var told = new List<string>();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        timeout.CancelAfter(AgentWorld.Timeout);
        while (!told.Contains("READY=1") || !told.Any(word => word.StartsWith("STATUS=", StringComparison.Ordinal)))
        {
            var buffer = new byte[4096];
            told.Add(Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, timeout.Token)).Trim());
        }
    }

    [Fact]
    public async Task A_second_daemon_names_the_first_and_ends_with_1()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        await world.WatchAsync();
        var pid = await world.DaemonPidAsync();

        var (code, output) = await world.RunAsync("run");

        Assert.Equal(1, code);
        Assert.Matches($@"\b{pid}\b", output);
        Assert.True(world.Agent.IsRunning);
    }

    [Fact]
    public async Task A_SIGHUP_before_the_daemon_is_ready_does_not_end_it()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        world.Agent.Start();

        HangUp(await world.DaemonPidAsync());

        await world.WatchingAsync();
        Assert.True(world.Agent.IsRunning);
    }

    [Fact]
    public async Task SIGHUP_takes_new_settings_and_keeps_the_old_ones_when_the_new_are_bad()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1h\n");
        await world.WatchAsync();
        var pid = await world.DaemonPidAsync();
        var before = Registrations(world);

        world.Configure("30-bad", "watch:\n  k2hr3_interval: never\n");
        HangUp(pid);
        await world.UntilAsync(() => world.Agent.Output.Contains("30-bad.yaml", StringComparison.Ordinal), "the bad setting is not told");
        File.Delete(world.Path("/etc/k2hdkc-slave-agent/conf.d/30-bad.yaml"));
        world.Configure("20-test", "watch:\n  k2hr3_interval: 2h\n");
        HangUp(pid);
        await world.UntilAsync(() => Registrations(world) > before, "the daemon does not start over with the new settings");

        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
        Assert.True(world.Agent.IsRunning);
    }

    [Fact]
    public async Task SIGHUP_keeps_the_old_settings_also_when_the_new_ones_read_well_and_cannot_be_used()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1h\n");
        await world.WatchAsync();

        world.Configure("30-bad", "k2hr3:\n  ca_file: /nowhere.pem\n");
        HangUp(await world.DaemonPidAsync());
        await world.UntilAsync(() => world.Agent.Output.Contains("/nowhere.pem", StringComparison.Ordinal), "that they cannot be used is not told");

        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
        Assert.True(world.Agent.IsRunning);
    }

    [Fact]
    public async Task SIGHUP_takes_another_token_file_and_another_log_level()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1, "watch:\n  k2hr3_interval: 1h\n");
        await world.WatchAsync();
        var before = Registrations(world);
        await world.UntilAsync(() => world.Agent.Output.Contains($"{ConditionTypes.Registered}: ", StringComparison.Ordinal), "the registration is not told");
        var output = world.Agent.Output.Length;

        HostSetup.Write(world.Layout, "etc/k2hdkc-slave-agent/token", world.Token);
        File.Delete(world.Path("/etc/antpickax/k2hr3-role-token"));
        world.Configure("30-other", "k2hr3:\n  token_file: /etc/k2hdkc-slave-agent/token\nlog:\n  level: warning\n");
        HangUp(await world.DaemonPidAsync());
        await world.UntilAsync(() => Registrations(world) > before, "the daemon does not start over with the new settings");
        await world.WatchingAsync();

        // What goes well is logged at another level.
        Assert.DoesNotContain($"{ConditionTypes.Registered}: ", world.Agent.Output[output..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_random_moments_the_file_is_always_whole_and_the_next_start_goes_on()
    {
        const int Kills = 12;
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}, {Kills} kills");
        var random = new Random(seed);
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n  ring_interval: 50ms\n");
        for (var kill = 0; kill < Kills; kill++)
        {
            world.Agent.Start();
            if (world.Cluster.Servers.Count < 4)
            {
                await world.Cluster.AddAsync(1);
            }
            else
            {
                await world.Cluster.RemoveAsync(world.Cluster.Servers[0]);
            }

            // The moment is what varies here, not a wait for something.
            await Task.Delay(random.Next(0, 1500), Cancel);
            await world.Agent.KillAsync();
            var ini = IniReader.Read(await File.ReadAllTextAsync(world.IniPath, Cancel));
            Assert.Empty(IniCheck.Check(ini, new HostFiles(_ => true, _ => true)));
        }

        await world.WatchAsync();
        Assert.Empty(Directory.EnumerateFiles(world.Layout.Root, ".k2hdkc.ini.*.stage", SearchOption.AllDirectories));
        Assert.DoesNotContain(world.Units.Events, unit => unit.What.StartsWith("exited", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Regenerate_and_bootstrap_work_beside_a_running_daemon()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1h\n");
        await world.WatchAsync();
        var before = world.File.Generation;

        var regenerated = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => world.RunAsync("regenerate", "--force")));
        var (code, output) = await world.TryBootstrapAsync();

        Assert.All(regenerated, result => Assert.True(result.ExitCode == 0, result.Output));
        Assert.True(code == 0, output);
        Assert.Equal(await world.DaemonPidAsync(), world.Status?.Pid);
        Assert.True(world.File.Generation >= before + 3);
        await world.ConnectedAsync();
        Assert.True(world.Agent.IsRunning);
    }

    [Fact]
    public async Task Unregister_takes_the_host_out_and_the_daemon_is_paused_until_bootstrap_brings_it_back()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        await world.WatchAsync();

        var (code, output) = await world.RunAsync("unregister");
        var (again, _) = await world.RunAsync("unregister");

        Assert.True(code == 0, output);
        Assert.Equal(0, again);
        Assert.DoesNotContain(world.K2hr3.Hosts(world.Names.SlaveRole), host => host.Cuk == world.Cuk);
        Assert.False(File.Exists(world.IniPath));
        Assert.Empty(Directory.EnumerateFiles(world.Path("/etc/antpickax"), "k2hr3-*"));
        await world.UntilAsync(() => world.IsPaused, "the daemon is not paused");

        var (back, said) = await world.TryBootstrapAsync();

        Assert.True(back == 0, said);
        await world.ConnectedAsync();
    }

    [Fact]
    public async Task Unregister_ends_a_bootstrap_service_that_waits_for_its_next_try_or_boot()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        const string Bootstrap = "k2hdkc-slave-bootstrap.service";
        HostSetup.Write(world.Layout, $"usr/lib/systemd/system/{Bootstrap}", Package.Unit("the bootstrap", "/bin/sleep 1000000", "SIGTERM"));
        using var tooling = new FakeTooling(world);
        await tooling.SystemctlAsync("enable", Bootstrap);
        await tooling.SystemctlAsync("start", "--no-block", Bootstrap);
        await world.UntilAsync(() => world.Units.StatusOf(Bootstrap) is { State: UnitState.Active, IsEnabled: true }, "the service does not wait");

        var (code, output) = await world.RunAsync("unregister");

        Assert.True(code == 0, output);
        Assert.Equal((UnitState.Inactive, false), (world.Units.StatusOf(Bootstrap).State, world.Units.StatusOf(Bootstrap).IsEnabled));
    }

    [Fact]
    public async Task Unregistering_while_a_daemon_begins_leaves_chmpx_stopped()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        for (var round = 0; round < 3; round++)
        {
            world.Agent.Start();
            await world.DaemonPidAsync();
            await world.Agent.KillAsync();
            world.Agent.Start();

            var (code, output) = await world.RunAsync("unregister");

            Assert.True(code == 0, output);
            await world.UntilAsync(() => world.IsPaused, "the daemon is not paused");
            Assert.Equal(UnitState.Inactive, world.Units.StatusOf("chmpx.service").State);
            Assert.DoesNotContain(world.K2hr3.Hosts(world.Names.SlaveRole), host => host.Cuk == world.Cuk);
            Assert.False(world.HasFile);
            await world.Agent.KillAsync();
            await world.BootstrapAsync();
        }
    }

    [Fact]
    public async Task Unregistering_beside_a_daemon_that_is_paused_from_its_start_does_not_wait_for_it()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        HostSetup.Write(world.Layout, "var/lib/k2hdkc-slave-agent/unregistered", string.Empty);
        world.Agent.Start();
        await world.UntilAsync(() => world.IsPaused, "the daemon is not paused");

        // Once it is paused, nothing is under way that unregister would have to wait for.
        var (code, output) = await world.RunAsync("unregister");

        Assert.True(code == 0, output);
        Assert.False(world.HasFile);
    }

    [Fact]
    public async Task A_bootstrap_at_work_is_not_undone_by_unregister_half_way()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        using var bootstrap = FileLock.TryTake(world.Path("/run/k2hdkc-slave-agent/bootstrap.lock"));

        var (code, output) = await world.RunAsync("unregister");

        Assert.Equal(75, code);
        Assert.Matches($@"\b{Environment.ProcessId}\b", output);
        Assert.True(world.HasFile);
    }

    private static int Registrations(AgentWorld world) => world.K2hr3.Counts.ByKind.GetValueOrDefault(RequestKind.Register);

    [Fact]
    public async Task A_misspelt_setting_does_not_keep_a_daemon_that_has_run_before_from_running()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n");
        await world.WatchAsync();
        await world.Agent.StopAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, FileStatus.Of(world.Paths.KeptSettings)!.Mode);

        world.Configure("30-bad", "watch:\n  k2hr3_intervall: 5m\n");
        await world.WatchAsync();
        await world.UntilAsync(() => world.Has(ConditionTypes.SettingsValid, Reasons.SettingsRefused), "the refused settings are no condition");
        Assert.Contains("30-bad.yaml line 2", world.Status!.Find(ConditionTypes.SettingsValid)!.Message, StringComparison.Ordinal);
        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
        Assert.Equal(0, (await world.RunAsync("wait", "--timeout", "60s")).ExitCode);

        // A person who starts something is told.
        Assert.Equal(2, (await world.RunAsync("regenerate")).ExitCode);

        File.Delete(world.Path("/etc/k2hdkc-slave-agent/conf.d/30-bad.yaml"));
        HangUp(await world.DaemonPidAsync());
        await world.UntilAsync(() => world.Status is { } status && status.Find(ConditionTypes.SettingsValid) is null, "the condition stays");
    }

    [Fact]
    public async Task Settings_that_read_well_and_cannot_be_used_do_not_either()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        await world.WatchAsync();
        await world.Agent.StopAsync();
        using var systemd = new NotifySocket();
        world.Configure("30-bad", "k2hr3:\n  ca_file: /nowhere.pem\n");
        world.Agent.Start(systemd.Path);
        await world.WatchingAsync();
        Assert.True(world.Has(ConditionTypes.SettingsValid, Reasons.SettingsRefused));
    }

    [Fact]
    public async Task Without_settings_that_were_ever_in_force_a_daemon_of_systemds_waits_until_they_are_corrected()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        using var systemd = new NotifySocket();
        world.Configure("30-bad", "watch:\n  k2hr3_intervall: 5m\n");
        world.Agent.Start(systemd.Path);
        await systemd.HeardAsync("READY=1");
        await systemd.HeardAsync("30-bad.yaml line 2");
        await world.UntilAsync(() => world.HasLogged(Reasons.SettingsRefused), "the refusal is not logged");
        Assert.True(world.Agent.IsRunning);

        File.Delete(world.Path("/etc/k2hdkc-slave-agent/conf.d/30-bad.yaml"));
        await world.WatchingAsync();
        Assert.Null(world.Status!.Find(ConditionTypes.SettingsValid));
    }

    /// <summary>A tool of systemd's that fails tells its socket so, and systemd notes in the journal that it takes that from the daemon only.</summary>
    [Fact]
    public async Task No_tool_knows_the_socket_that_systemd_gave_the_daemon()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        using var systemd = new NotifySocket();
        var environment = world.Path("/run/environment");
        await File.WriteAllTextAsync(Path.Combine(world.Layout.Bin, "systemctl"), $"#!/bin/sh\nprintenv >>'{environment}'\nexit 1\n", Cancel);
        world.Agent.Start(systemd.Path);
        await systemd.HeardAsync("READY=1");
        await world.UntilAsync(() => File.Exists(environment) && File.ReadAllText(environment).Contains("LC_ALL=", StringComparison.Ordinal), "systemctl is not called");
        Assert.DoesNotContain("NOTIFY_SOCKET", await File.ReadAllTextAsync(environment, Cancel), StringComparison.Ordinal);
    }

    /// <summary>The settings that were in force before, where there are any, cannot be used either: an authority of theirs is gone.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Settings_that_cannot_be_used_are_logged_once_however_often_they_are_tried(bool hasKept)
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        if (hasKept)
        {
            using var authority = new TestCertificates();
            world.Configure("30-bad", "k2hr3:\n  ca_file: /ca.pem\n");
            File.WriteAllText(world.Path("/ca.pem"), authority.AuthorityPem);
            await world.WatchAsync();
            await world.Agent.StopAsync();
            File.Delete(world.Path("/ca.pem"));
        }

        var before = Refusals();
        using var systemd = new NotifySocket();
        world.Configure("30-bad", "k2hr3:\n  ca_file: /nowhere.pem\n");
        world.Agent.Start(systemd.Path);
        await systemd.HeardAsync("READY=1");
        await world.UntilAsync(() => Refusals() > before, "the refusal is not logged");

        // A daemon that waits takes the status away each second, and reads the settings after 1, 2 and 4 s.
        for (var second = 0; second < 6; second++)
        {
            File.WriteAllText(world.Paths.StatusFile, "{}");
            await world.UntilAsync(() => !File.Exists(world.Paths.StatusFile), "the daemon does not wait");
        }

        Assert.Equal(hasKept ? 2 : 1, Refusals() - before);
        File.Delete(world.Path("/etc/k2hdkc-slave-agent/conf.d/30-bad.yaml"));
        HangUp(await world.DaemonPidAsync());
        await world.WatchingAsync();
        Assert.Null(world.Status!.Find(ConditionTypes.SettingsValid));

        int Refusals() => world.Agent.Output.Split($"({Reasons.SettingsRefused})").Length - 1;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_file_that_is_not_there_ends_no_daemon_of_systemds_and_is_no_refusal_of_its_settings(bool areSettingsBad)
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        await world.WatchAsync();
        await world.Agent.StopAsync();
        if (areSettingsBad)
        {
            world.Configure("30-bad", "watch:\n  k2hr3_intervall: 5m\n");
        }

        // By hand it is told at once.
        Assert.Equal(2, (await world.RunAsync("run", "--token-file", "/nowhere")).ExitCode);

        using var systemd = new NotifySocket();
        world.Agent.Start(systemd.Path, "--token-file", "/nowhere");
        await world.WatchingAsync();
        Assert.Equal(areSettingsBad, world.Has(ConditionTypes.SettingsValid, Reasons.SettingsRefused));
    }

    [Fact]
    public async Task A_daemon_of_systemds_without_an_identity_waits_for_the_options_token_file()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        using var systemd = new NotifySocket();
        var file = world.Path("/later");
        string[] options = [.. world.IdentityOptions.Select(option => option == "-" ? file : option)];
        world.Agent.Start(systemd.Path, options);
        await systemd.HeardAsync(file);
        File.WriteAllText(file, world.Token);
        await world.WatchingAsync();
    }

    private static void HangUp(int pid)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-HUP", pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
