using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary>Who a host is, tried with the agent as a process: what is offered, refused, accepted, and copied with a disk.</summary>
public sealed class IdentityTests
{
    private const string Product = "4c4c4544-0043-3510-8052-b4c04f4b3332";
    private const string OtherProduct = "0d6e1a5a-95d0-4c3e-8f5e-6b0a6e0c7d11";
    private const string OtherCuk = "0a1b2c3d-0000-4000-8000-00000000c10e";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_address_in_the_settings_leaves_the_good_one_in_force_and_the_watch_going_on()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        await world.WatchAsync();
        var before = IdentityFiles(world);

        world.Configure("30-wrong", "k2hr3:\n  api_uri: http://127.0.0.1:1\n");
        await HangUpAsync(world);
        await CodeAsync(world, IdentityCode.Offered);
        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
        Assert.Equal(before, IdentityFiles(world));
        Assert.Contains("127.0.0.1:1", IdentityStatus.Load(new(world.Layout.Root))!.Message, StringComparison.Ordinal);

        File.Delete(world.Path("/etc/k2hdkc-slave-agent/conf.d/30-wrong.yaml"));
        await HangUpAsync(world);
        await CodeAsync(world, IdentityCode.Accepted);
        Assert.Equal(before, IdentityFiles(world));
    }

    [Fact]
    public async Task Under_another_address_of_K2HR3s_the_host_is_not_taken_out_of_the_role_that_it_is_in()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        await world.WatchAsync();
        world.Configure("30-name", $"k2hr3:\n  api_uri: http://localhost:{world.K2hr3.Uri.Port}\n");
        await HangUpAsync(world);
        await world.UntilAsync(() => IdentityFiles(world)["k2hr3-api-uri"].Contains("localhost", StringComparison.Ordinal), "the other address is not taken");
        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
        Assert.Equal(0, world.K2hr3.Counts.ByKind.GetValueOrDefault(RequestKind.Unregister));
    }

    [Fact]
    public async Task A_running_daemon_starts_over_with_what_bootstrap_had_accepted_and_does_not_undo_it()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        world.Configure("30-role", $"k2hr3:\n  role: {world.Names.SlaveRole}\n");
        await world.BootstrapAsync();
        await world.WatchAsync();
        var (other, token) = await OtherClusterAsync(world);

        var (code, output) = await world.Agent.RunAsync(
            ["bootstrap", "--role", other.SlaveRole.ToString(), "--api-uri", world.K2hr3.Uri.ToString(), "--token-file", "-"], token, Cancel);

        Assert.True(code == 0, output);
        await world.UntilAsync(() => world.Status?.Role == other.SlaveRole.ToString(), "the daemon does not start over");
        await world.UntilAsync(() => HasServer(world, "cuk-of-other"), "the other cluster is not configured");
        await HangUpAsync(world);
        await CodeAsync(world, IdentityCode.Accepted);
        Assert.Equal(other.SlaveRole.ToString(), IdentityFiles(world)["k2hr3-role-name"]);
        Assert.Equal(token, IdentityFiles(world)["k2hr3-role-token"]);
        await world.UntilAsync(() => world.K2hr3.Hosts(world.Names.SlaveRole).Count == 0, "the host is in its former role as well");
        Assert.Single(world.K2hr3.Hosts(other.SlaveRole));
    }

    [Fact]
    public async Task What_K2HR3_refuses_is_told_by_bootstrap_and_the_daemon_and_touches_nothing()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        await world.WatchAsync();
        var before = IdentityFiles(world);

        var (code, output) = await world.Agent.RunAsync(["bootstrap", "--token-file", "-", "--timeout", "20s"], "no-such-token", Cancel);

        Assert.Equal(75, code);
        Assert.Contains("401", output, StringComparison.Ordinal);
        Assert.DoesNotContain("no-such-token", output, StringComparison.Ordinal);
        await CodeAsync(world, IdentityCode.Offered);
        Assert.Equal(before, IdentityFiles(world));
        var (waited, _) = await world.RunAsync("wait", "--timeout", "5s");
        var (settled, said) = await world.RunAsync("wait", "--settled", "--timeout", "2s");
        Assert.Equal((0, 75), (waited, settled));
        Assert.Contains("401", said, StringComparison.Ordinal);

        // Saying again what is in force takes the offer back.
        Assert.Equal(0, (await world.TryBootstrapAsync()).ExitCode);
        await CodeAsync(world, IdentityCode.Accepted);
    }

    [Fact]
    public async Task What_an_earlier_versions_script_writes_over_the_identity_files_is_offered_and_put_back_until_it_is_accepted()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        await world.WatchAsync();
        var before = IdentityFiles(world);
        var (other, token) = await OtherClusterAsync(world);

        HostSetup.Write(world.Layout, "etc/antpickax/k2hr3-role-name", other.SlaveRole.ToString());
        HostSetup.Write(world.Layout, "etc/antpickax/k2hr3-role-token", "not-yet-the-right-one");
        await world.UntilAsync(() => Same(before, IdentityFiles(world)), "the files are not put back");

        HostSetup.Write(world.Layout, "etc/antpickax/k2hr3-role-tenant", other.SlaveRole.TenantYrn);
        HostSetup.Write(world.Layout, "etc/antpickax/k2hr3-role-token", token);
        await world.UntilAsync(() => IdentityFiles(world)["k2hr3-role-name"] == other.SlaveRole.ToString(), "the other role is not taken");
        await CodeAsync(world, IdentityCode.Accepted);
        Assert.Equal(token, IdentityFiles(world)["k2hr3-role-token"]);
    }

    [Fact]
    public async Task A_clone_launched_for_another_cluster_registers_there_alone_and_never_as_its_parent()
    {
        await using var world = await ParentAsync();
        var (other, token) = await OtherClusterAsync(world);
        BecomeClone(world);
        Assert.Equal(1, (await world.RunAsync("check-machine")).ExitCode);
        HostSetup.Write(world.Layout, "run/cloud-init/status.json", "{}");

        // The daemon of the image starts before the User Data Script has run.
        world.Agent.Start();
        await world.UntilAsync(() => !world.HasFile, "the parent's configuration is not set aside");
        await world.UntilAsync(() => world.HasLogged(nameof(IdentityCode.Moved)), "the daemon does not wait for the script");
        HostSetup.Write(
            world.Layout, "var/lib/k2hdkc-slave-agent/identity/pending/user-data",
            $"role={other.SlaveRole}\ntenant={other.SlaveRole.TenantYrn}\napi_uri={world.K2hr3.Uri}\ntoken={token}\n");

        await world.UntilAsync(() => HasServer(world, "cuk-of-other"), "the other cluster is not configured");
        Assert.Equal(OtherCuk, Assert.Single(world.K2hr3.Hosts(other.SlaveRole)).Cuk);
        Assert.Equal(world.Cuk, Assert.Single(world.K2hr3.Hosts(world.Names.SlaveRole)).Cuk);
        Assert.Equal(OtherCuk, IdentityFiles(world)["k2hr3-cuk"]);
        Assert.Equal(0, (await world.RunAsync("check-machine")).ExitCode);
        Assert.Contains(world.Cuk, await File.ReadAllTextAsync(world.Path($"/var/lib/k2hdkc-slave-agent/foreign/{world.Cuk}.ini"), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clone_starts_nothing_on_its_parents_identity_while_K2HR3_is_away_and_registers_itself_when_it_is_back()
    {
        await using var world = await ParentAsync();
        BecomeClone(world);
        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.Stopped), Cancel);

        world.Agent.Start();
        await world.UntilAsync(() => world.Status?.Control.Reason == Reasons.K2hr3Unreachable, "the daemon does not ask");
        Assert.False(world.HasFile);
        Assert.Equal(1, (await world.RunAsync("check-machine")).ExitCode);
        Assert.Equal(world.Cuk, IdentityFiles(world)["k2hr3-cuk"]);

        await world.K2hr3.SetOutageAsync(Outage.None, Cancel);
        await world.UntilAsync(() => world.HasFile, "the clone is not configured");
        Assert.Equivalent(new[] { OtherCuk, world.Cuk }, world.K2hr3.Hosts(world.Names.SlaveRole).Select(host => host.Cuk), strict: true);
        Assert.Equal(0, (await world.RunAsync("check-machine")).ExitCode);
        Assert.Equal(OtherCuk, IdentityFiles(world)["k2hr3-cuk"]);
    }

    [Fact]
    public async Task A_host_whose_instance_id_becomes_a_placeholder_stays_who_it_is()
    {
        await using var world = await ParentAsync();
        HostSetup.Write(world.Layout, "var/lib/cloud/data/instance-id", "iid-datasource-none\n");

        await world.WatchAsync();

        Assert.Equal(world.Cuk, Assert.Single(world.K2hr3.Hosts(world.Names.SlaveRole)).Cuk);
        Assert.Equal(0, (await world.RunAsync("check-machine")).ExitCode);
        File.Delete(world.Path("/var/lib/cloud/data/instance-id"));
        Assert.Equal(0, (await world.TryBootstrapAsync()).ExitCode);
        Assert.Equal(world.Cuk, Assert.Single(world.K2hr3.Hosts(world.Names.SlaveRole)).Cuk);
    }

    [Fact]
    public async Task A_fresh_host_without_an_instance_of_its_own_takes_no_placeholder_for_its_CUK()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        HostSetup.Write(world.Layout, "var/lib/cloud/data/instance-id", "nocloud\n");

        var (code, output) = await world.TryBootstrapAsync();

        Assert.Equal(2, code);
        Assert.Contains("host.cuk", output, StringComparison.Ordinal);
        Assert.Empty(world.K2hr3.Hosts(world.Names.SlaveRole));
    }

    [Fact]
    public async Task What_variables_of_the_environment_say_to_bootstrap_is_kept_for_the_daemon_as_options_are()
    {
        using var directory = new TempDirectory();
        var wrapper = directory.Put("agent", $"#!/bin/sh\n{SettingsEnvironment.Cuk}={OtherCuk} exec '{AgentProgram.DefaultPath}' \"$@\"\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var world = await AgentWorld.CreateAsync(servers: 1, program: wrapper);
        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.Stopped), Cancel);
        var (code, output) = await world.TryBootstrapAsync("--timeout", "5s");
        Assert.True(code == 75, output);
        Assert.Equal(OtherCuk, new IdentityStore(new HostRoot(world.Layout.Root)).Options.Cuk);
    }

    [Fact]
    public async Task A_host_called_localhost_is_waited_for_by_bootstrap_and_by_the_daemon()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a host name of one's own takes root");
        var directory = Directory.CreateTempSubdirectory("slave-agent-name-").FullName;
        try
        {
            // The agent in a namespace with a host name that another file brings later, as DHCP or cloud-init do.
            var wrapper = Path.Combine(directory, "agent");
            await File.WriteAllTextAsync(
                wrapper,
                $"""
                #!/bin/sh
                exec /usr/bin/unshare --uts /bin/sh -c '
                real() (PATH=/usr/bin:/bin; "$@")
                real hostname localhost
                ( while [ ! -e {directory}/name ]; do real sleep 0.1; done; real hostname vm2 ) >/dev/null 2>&1 &
                exec {AgentProgram.DefaultPath} "$@"' agent "$@"

                """,
                Cancel);
            File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await using var world = await AgentWorld.CreateAsync(servers: 1, program: wrapper);

            var (code, output) = await world.TryBootstrapAsync("--timeout", "2s");
            Assert.True(code == 75, output);
            Assert.Contains("host.tag", output, StringComparison.Ordinal);
            Assert.Empty(world.K2hr3.Hosts(world.Names.SlaveRole));

            HostSetup.Write(
                world.Layout, "var/lib/k2hdkc-slave-agent/identity/pending/user-data",
                $"role={world.Names.SlaveRole}\napi_uri={world.K2hr3.Uri}\ntoken={world.Token}\n");
            world.Agent.Start();
            await world.UntilAsync(() => world.HasLogged(nameof(IdentityCode.NoHostName)), "the daemon does not wait");
            await File.WriteAllTextAsync(Path.Combine(directory, "name"), "vm2", Cancel);
            await world.UntilAsync(() => world.K2hr3.Hosts(world.Names.SlaveRole).Any(host => host.Tag == "vm2.novalocal"), "the name is not taken");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Unregister_from_an_address_that_K2HR3_does_not_know_stops_the_services_at_once_and_ends_when_it_has_been_refused_for_long_enough()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1, "evidence:\n  duration: 2s\n");
        var refused = 0;
        world.K2hr3.OnAnswer = (request, answer) =>
        {
            if (request.Method != "DELETE")
            {
                return answer;
            }

            // K2HR3 keeps the host under the address it had before.
            world.K2hr3.RegisterHost(world.Names.SlaveRole, new RegisteredHost("127.0.0.7", world.Cuk, "slave-vm.novalocal"));
            refused++;
            Assert.Equal(UnitState.Inactive, world.Units.StatusOf("chmpx.service").State);
            return Answer.Json(403, new { result = false, message = "not a member" });
        };

        var (code, output) = await world.RunAsync("unregister");

        Assert.True(code == 0, output);
        Assert.True(refused > 1);
        Assert.Empty(Directory.EnumerateFiles(world.Path("/etc/antpickax"), "k2hr3-*"));
        Assert.False(Directory.Exists(world.Path("/var/lib/k2hdkc-slave-agent/identity")));
        Assert.False(File.Exists(world.Path("/var/lib/k2hdkc-slave-agent/machine.json")));
    }

    [Fact]
    public async Task Unregister_of_a_role_that_is_gone_ends_at_once_with_force_and_a_store_in_trouble_never_ends_it()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1, "evidence:\n  duration: 1h\n");
        var status = 401;
        world.K2hr3.OnAnswer = (request, answer) => request.Method == "DELETE" ? Answer.Json(status, new { result = false, message = "no" }) : answer;

        Assert.Equal(75, (await world.RunAsync("unregister", "--force")).ExitCode);
        Assert.NotEmpty(Directory.EnumerateFiles(world.Path("/etc/antpickax"), "k2hr3-*"));
        Assert.Equal(UnitState.Inactive, world.Units.StatusOf("chmpx.service").State);

        status = 404;
        var (code, output) = await world.RunAsync("unregister", "--force");
        Assert.True(code == 0, output);
        Assert.Empty(Directory.EnumerateFiles(world.Path("/etc/antpickax"), "k2hr3-*"));
    }

    private static async Task<AgentWorld> ParentAsync()
    {
        var world = await AgentWorld.CreateAsync(servers: 1);
        HostSetup.Write(world.Layout, "sys/class/dmi/id/product_uuid", $"{Product}\n");
        await world.BootstrapAsync();
        return world;
    }

    private static void BecomeClone(AgentWorld world)
    {
        HostSetup.Write(world.Layout, "sys/class/dmi/id/product_uuid", $"{OtherProduct}\n");
        HostSetup.Write(world.Layout, "var/lib/cloud/data/instance-id", $"{OtherCuk}\n");
    }

    private static async Task<(DbaasCluster Names, string Token)> OtherClusterAsync(AgentWorld world)
    {
        var other = new DbaasCluster("other", "newcluster") { SlaveControlPort = world.Names.SlaveControlPort, SlaveKeys = world.Names.SlaveKeys };
        world.K2hr3.CreateCluster(other);
        world.K2hr3.RegisterHost(other.ServerRole, new RegisteredHost("127.0.0.9", "cuk-of-other", "server.other"));
        await Task.CompletedTask;
        return (other, world.K2hr3.IssueToken(other.SlaveRole).Token);
    }

    private static bool HasServer(AgentWorld world, string cuk) => world.HasFile && world.File.Servers.SetEquals([cuk]);

    private static async Task CodeAsync(AgentWorld world, IdentityCode code) =>
        await world.UntilAsync(() => IdentityStatus.Load(new(world.Layout.Root))?.Code == code, $"the identity does not become {code}");

    private static async Task HangUpAsync(AgentWorld world) => ProcessSignal.Send(await world.DaemonPidAsync(), "SIGHUP");

    private static Dictionary<string, string> IdentityFiles(AgentWorld world) =>
        Directory.GetFiles(world.Path("/etc/antpickax"), "k2hr3-*").ToDictionary(path => Path.GetFileName(path), File.ReadAllText);

    private static bool Same(Dictionary<string, string> a, Dictionary<string, string> b) => a.Count == b.Count && a.All(pair => b.GetValueOrDefault(pair.Key) == pair.Value);
}
