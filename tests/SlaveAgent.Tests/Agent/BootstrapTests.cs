using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Agent;

public sealed class BootstrapTests
{
    [Fact]
    public async Task A_fresh_host_is_registered_installed_configured_started_and_connected()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 3);

        var (code, output) = await world.TryBootstrapAsync();

        Assert.True(code == 0, output);
        await world.ConnectedAsync();
        Assert.Equal(0, (await world.RunAsync("status")).ExitCode);
        Assert.Equal(3, world.File.Servers.Count);
        Assert.Contains(world.K2hr3.Hosts(world.Names.SlaveRole), host => host.Cuk == world.Cuk);
        Assert.Contains("k2hr3-get-resource.timer", output, StringComparison.Ordinal);
        Assert.DoesNotContain("k2hr3-get-resource", world.Host.Installed);
    }

    [Fact]
    public async Task Bootstrapping_again_changes_nothing_and_installs_nothing()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        var before = await File.ReadAllTextAsync(world.IniPath, TestContext.Current.CancellationToken);

        var (code, output) = await world.TryBootstrapAsync();

        Assert.True(code == 0, output);
        Assert.Equal(before, await File.ReadAllTextAsync(world.IniPath, TestContext.Current.CancellationToken));
        Assert.Single(world.Host.Calls, call => call.Tool == "apt-get" && call.Arguments.Contains("install"));
    }

    [Fact]
    public async Task The_nine_identity_files_are_as_other_tools_read_them_and_the_token_is_its_owners_only()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);

        string Read(string name) => File.ReadAllText(world.Path($"/etc/antpickax/k2hr3-{name}"));

        Assert.Equal(world.Token, Read("role-token"));
        Assert.Equal(world.Names.SlaveRole.ToString(), Read("role-name"));
        Assert.Equal(world.Names.SlaveRole.TenantYrn, Read("role-tenant"));
        Assert.Equal(world.Cuk, Read("cuk"));
        Assert.Equal($"cuk={world.Cuk}", Read("cuk-param"));
        Assert.Equal("extra=openstack-auto-v1", Read("extra-param"));
        Assert.StartsWith("tag=", Read("tag-param"), StringComparison.Ordinal);
        Assert.EndsWith(".novalocal", Read("tag-param"), StringComparison.Ordinal);
        Assert.Equal($"cuk={world.Cuk}", Read("apiarg"));
        Assert.Equal(world.K2hr3.Uri.ToString().TrimEnd('/'), Read("api-uri"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(world.Path("/etc/antpickax/k2hr3-role-token")));
    }

    [Fact]
    public async Task A_host_already_in_its_role_bootstraps_by_its_address_without_any_token()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 2);
        world.K2hr3.RegisterHost(world.Names.SlaveRole, new RegisteredHost("127.0.0.1", world.Cuk, "localhost"));

        var (code, output) = await world.RunAsync(
            "bootstrap", "--authentication", "address", "--role", world.Names.SlaveRole.ToString(), "--api-uri", world.K2hr3.Uri.ToString());

        Assert.True(code == 0, output);
        await world.ConnectedAsync();
        Assert.False(File.Exists(world.Path("/etc/antpickax/k2hr3-role-token")));
    }

    [Fact]
    public async Task A_role_as_todays_Trove_makes_it_with_all_lists_empty_gets_what_a_slave_node_needs()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 2, maker: RoleMaker.Trove);

        await world.BootstrapAsync();

        Assert.Equal(["chmpx", "k2hdkc-dbaas-override-conf"], world.Host.Installed.Order());
        Assert.Equal("Active", world.Units.StatusOf("chmpx.service").State.ToString());
        await world.ConnectedAsync();
    }

    /// <summary>A store that answers all of that for half a minute has been seen.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(12)]
    public async Task Empty_answers_of_a_store_in_trouble_make_a_fresh_host_no_other_than_a_slave(int answers)
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1, "evidence:\n  duration: 10m\nwatch:\n  k2hr3_interval: 1s\n");
        AnswerEmpty(world, answers);

        await world.BootstrapAsync();

        await world.ConnectedAsync();
    }

    [Fact]
    public async Task Empty_answers_of_a_store_in_trouble_leave_no_host_without_the_daemon()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1, "evidence:\n  duration: 10m\nwatch:\n  k2hr3_interval: 1s\n");
        PutUnits(world);
        AnswerEmpty(world, 12);

        var (code, output) = await world.TryBootstrapAsync("--hand-over");

        Assert.True(code == 0, output);
        Assert.Equal("Active", world.Units.StatusOf("k2hdkc-slave-agent.service").State.ToString());
        Assert.Contains("chmpx", world.Host.Installed);
    }

    [Fact]
    public async Task A_role_that_is_no_slaves_is_left_without_the_daemon_only_once_that_is_confirmed()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 0, "watch:\n  k2hr3_interval: 1s\n");
        PutUnits(world);
        world.K2hr3.SetResource(world.Names.SlaveResource, "just some text", new Dictionary<string, string> { ["k2hr3-init-packages"] = "curl" });
        world.K2hr3.SetResource(world.Names.Resource, string.Empty, new Dictionary<string, string>());

        world.Configure("30-slow", "evidence:\n  duration: 10m\n");
        var (code, output) = await world.TryBootstrapAsync("--hand-over", "--timeout", "60s");
        Assert.True(code == 75, output);
        Assert.Equal(["curl"], world.Host.Installed);
        Assert.NotEqual("Active", world.Units.StatusOf("k2hdkc-slave-agent.service").State.ToString());

        // The script that waits for the outcome is content.
        (code, var said) = await world.RunAsync("wait", "--settled", "--timeout", "1s");
        Assert.True(code == 0, $"{output}\n{said}\n{(await world.RunAsync("status", "--json")).Output}");
        Assert.Equal(75, (await world.RunAsync("wait", "--timeout", "1s")).ExitCode);

        world.Configure("30-slow", "evidence:\n  duration: 2s\n");
        (code, output) = await world.TryBootstrapAsync("--hand-over");
        Assert.True(code == 0, output);
        Assert.NotEqual("Active", world.Units.StatusOf("k2hdkc-slave-agent.service").State.ToString());
        Assert.Equal(1, (await world.RunAsync("wait", "--timeout", "1s")).ExitCode);
    }

    [Fact]
    public async Task A_role_that_is_no_slaves_is_registered_installed_and_started_and_there_is_nothing_to_configure()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 0);
        var keys = new Dictionary<string, string>
        {
            ["k2hr3-init-packages"] = "demo-app, curl",
            ["k2hr3-init-systemd-packages"] = "demo-app.service",
        };
        world.K2hr3.SetResource(world.Names.SlaveResource, "just some text", keys);
        world.K2hr3.SetResource(world.Names.Resource, string.Empty, new Dictionary<string, string>());

        var (code, output) = await world.TryBootstrapAsync();

        Assert.True(code == 0, output);
        Assert.Contains($"({Reasons.NotASlave})", output, StringComparison.Ordinal);
        Assert.Equal(["curl", "demo-app"], world.Host.Installed.Order());
        Assert.Contains(world.K2hr3.Hosts(world.Names.SlaveRole), host => host.Cuk == world.Cuk);
        Assert.Equal("Active", world.Units.StatusOf("demo-app.service").State.ToString());
        Assert.False(File.Exists(world.IniPath));
    }

    [Theory]
    [InlineData("k2hr3-init-packages", "curl;reboot")]
    [InlineData("k2hr3-init-packages", "$(reboot)")]
    [InlineData("k2hr3-init-packages", "--force-yes")]
    [InlineData("k2hr3-init-packages", "../evil.deb")]
    [InlineData("k2hr3-init-systemd-packages", "-H.service")]
    [InlineData("k2hr3-init-systemd-packages", "a/../b.service")]
    public async Task A_name_that_no_package_or_unit_can_have_is_told_reaches_no_tool_and_keeps_no_slave_from_its_cluster(string key, string name)
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        var keys = KeysOf(world);
        keys[key] = $"{name},{keys[key]}";
        world.K2hr3.SetResource(world.Names.SlaveResource, string.Empty, keys);

        var (code, output) = await world.TryBootstrapAsync();

        Assert.True(code == 1, output);
        Assert.Contains($"\"{name}\"", output, StringComparison.Ordinal);
        Assert.Contains($"({Reasons.InvalidName})", output, StringComparison.Ordinal);
        await world.ConnectedAsync();
        Assert.DoesNotContain(world.Host.Calls, call => call.Arguments.Any(argument => argument.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_package_that_no_repository_has_installs_nothing_that_merely_looks_like_it()
    {
        // apt-get takes such a name for a regular expression otherwise.
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        var keys = new Dictionary<string, string>(KeysOf(world)) { ["k2hr3-init-packagecloud-packages"] = "k2hdkc.dbaas.override.conf" };
        world.K2hr3.SetResource(world.Names.SlaveResource, "for no chmpx", keys);

        var (code, output) = await world.TryBootstrapAsync("--timeout", "40s");

        Assert.NotEqual(0, code);
        Assert.Contains("Unable to locate package k2hdkc.dbaas.override.conf", output, StringComparison.Ordinal);
        Assert.DoesNotContain("k2hdkc-dbaas-override-conf", world.Host.Installed);
    }

    [Fact]
    public async Task An_unsupported_system_is_told_of_and_ends_with_1()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        HostSetup.Write(world.Layout, "etc/os-release", "ID=plan9\nID_LIKE=\"inferno\"\n");

        var (code, output) = await world.TryBootstrapAsync();

        Assert.Equal(1, code);
        Assert.Contains($"({Reasons.UnsupportedSystem})", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_system_like_Red_Hat_gets_a_signed_repository_and_its_packages_through_dnf()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 2);
        BecomeRocky(world);

        var (code, output) = await world.TryBootstrapAsync();

        Assert.True(code == 0, output);
        await world.ConnectedAsync();
        Assert.Contains("gpgcheck=1", await File.ReadAllTextAsync(world.Path("/etc/yum.repos.d/antpickax.repo"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_that_dnf_finds_nothing_at_is_taken_back_with_its_key_and_no_other_is()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        BecomeRocky(world);
        var dnf = Path.Combine(world.Layout.Bin, "dnf");

        // The real one keeps the reason to itself when it is asked to be quiet (Hosting/README.md, "dnf and rpm").
        await PutBeforeAsync(
            dnf,
            $"""
            case " $* " in
            *" makecache "*)
                case " $* " in
                *" -q "*) ;;
                *) echo "  - Status code: 404 for $(sed -n 's/^baseurl=//p' {world.Path("/etc/yum.repos.d/antpickax.repo")})/repodata/repomd.xml (IP: 192.0.2.1)" >&2 ;;
                esac
                echo "Error: Failed to download metadata for repo 'antpickax': All mirrors were tried" >&2
                exit 1
                ;;
            esac
            """);

        // The host's own has the packages as well.
        HostSetup.Write(world.Layout, "etc/own.asc", "a key");
        HostSetup.Write(world.Layout, "etc/yum.repos.d/own.repo", "[own]\nbaseurl=https://own.example.com/\ngpgcheck=1\ngpgkey=file:///etc/own.asc\n");

        await world.BootstrapAsync();

        Assert.Equal(["own.repo"], Directory.GetFiles(world.Path("/etc/yum.repos.d")).Select(Path.GetFileName));
        Assert.Empty(Directory.GetFiles(world.Path("/etc/pki/rpm-gpg")));
    }

    [Fact]
    public async Task What_would_have_dnf_downgrade_another_package_is_not_installed_and_keeps_no_other_from_being_installed()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        BecomeRocky(world);
        var dnf = Path.Combine(world.Layout.Bin, "dnf");

        // Seen with the real one: a package that requires an older version than is installed has it downgraded without a question.
        await PutBeforeAsync(
            dnf,
            $"""
            case " $* " in
            *" --assumeno "*" chmpx "*) [ -e {dnf}.allowed ] || {"{"} printf 'Installing:\n chmpx\nDowngrading:\n lib\n'; exit 1; {"}"} ;;
            *" -y "*" install "*" chmpx "*) [ -e {dnf}.allowed ] || : >{dnf}.downgraded ;;
            *" -y "*" install "*) : >{dnf}.allowed ;;
            esac
            """);

        await world.BootstrapAsync();

        Assert.Equal((true, false), (File.Exists($"{dnf}.allowed"), File.Exists($"{dnf}.downgraded")));
        Assert.Contains("chmpx", world.Host.Installed);
    }

    [Fact]
    public async Task A_mirror_that_fails_and_an_interrupted_dpkg_are_overcome()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        world.Host.ScheduleFailure(new ScheduledFailure("apt-get", "update", 100, "E: Failed to fetch http://mirror/dists/x  503  Service Unavailable"));
        world.Host.IsInterrupted = true;

        var (code, output) = await world.TryBootstrapAsync();

        Assert.True(code == 0, output);
        Assert.Contains("chmpx", world.Host.Installed);
        Assert.False(world.Host.IsInterrupted);
    }

    [Fact]
    public async Task Locks_that_another_package_manager_holds_are_waited_for()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        Task<(int ExitCode, string Output)> bootstrapping;
        PackageLock? frontend = null;

        // apt itself waits for dpkg and not for the lists (Hosting/README.md, "apt and dpkg"): for those the agent comes back.
        using (Take(PackageLock.Lists))
        {
            bootstrapping = world.TryBootstrapAsync();
            await world.UntilAsync(() => Calls("update") > 1, "the lists' lock is not come back to");

            // Its own apt-get may hold it at this moment.
            await world.UntilAsync(() => (frontend = PackageLock.TryTake(world.Layout, PackageLock.Frontend)) is not null, "dpkg's lock is never free");
        }

        using (frontend)
        {
            await world.UntilAsync(() => Calls("install") > 0, "nothing is installed for dpkg to wait with");
            Assert.Empty(world.Host.Installed);
            Assert.False(bootstrapping.IsCompleted);
        }

        var (code, output) = await bootstrapping;
        Assert.True(code == 0, output);
        await world.ConnectedAsync();

        PackageLock Take(string path) => Assert.IsType<PackageLock>(PackageLock.TryTake(world.Layout, path));

        int Calls(string what) => world.Host.Calls.Count(call => call.Tool == "apt-get" && call.Arguments.Contains(what));
    }

    [Fact]
    public async Task A_unit_that_fails_is_reported_with_its_last_log_lines()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        world.Host.SetPackages([.. world.Host.Packages.Select(package => package.Name != "demo-app" ? package : package with
        {
            Files = new Dictionary<string, string> { ["usr/lib/systemd/system/demo-app.service"] = Package.Unit("x", "/bin/sh /nowhere/at-all", "SIGTERM").Replace("Restart=always", "Restart=no", StringComparison.Ordinal) },
        })]);

        var (code, output) = await world.TryBootstrapAsync("--timeout", "60s");

        Assert.Equal(75, code);
        Assert.Contains($"({Reasons.UnitsFailing})", output, StringComparison.Ordinal);
        Assert.Contains("demo-app.service", output, StringComparison.Ordinal);
        Assert.Contains("/nowhere/at-all", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chmpx_that_never_answers_is_restarted_and_is_no_success()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1, "chmpx:\n  answer_deadline: 200ms\n");
        world.Host.SetPackages([.. world.Host.Packages.Select(package => package.Name != "chmpx" ? package : package with
        {
            Files = new Dictionary<string, string> { ["usr/lib/systemd/system/chmpx.service"] = Package.Unit("CHMPX", "/bin/sleep 1000000", "SIGTERM") },
        })]);

        var (code, output) = await world.TryBootstrapAsync("--timeout", "60s");

        Assert.Equal(75, code);
        Assert.Contains(world.Host.Calls, call => call.Tool == "systemctl" && call.Arguments.Contains("try-restart") && call.Arguments.Contains("chmpx.service"));
        Assert.Equal(3, (await world.RunAsync("status")).ExitCode);
    }

    [Fact]
    public async Task A_wrong_token_is_told_apart_from_nothing_so_it_is_tried_until_the_time_is_over_and_never_printed()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        Assert.True(world.K2hr3.RevokeToken(world.Token));

        var (code, output) = await world.TryBootstrapAsync("--timeout", "20s");

        Assert.Equal(75, code);
        Assert.Contains("401", output, StringComparison.Ordinal);
        Assert.DoesNotContain(world.Token, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_K2HR3_is_told_of_and_ends_with_75()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.Stopped), TestContext.Current.CancellationToken);

        var (code, output) = await world.TryBootstrapAsync("--timeout", "20s");

        Assert.Equal(75, code);
        Assert.Contains($"({Reasons.K2hr3Unreachable})", output, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{world.K2hr3.Uri.Port}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_K2HR3_that_comes_back_during_bootstrap_is_enough()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 2);
        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.StoreGone), TestContext.Current.CancellationToken);
        var before = world.K2hr3.Counts.Total;
        var bootstrap = world.TryBootstrapAsync();
        await world.UntilAsync(() => world.K2hr3.Counts.Total >= before + 2, "the agent asks no second time");

        await world.K2hr3.SetOutageAsync(Outage.None, TestContext.Current.CancellationToken);

        var (code, output) = await bootstrap;
        Assert.True(code == 0, output);
        await world.ConnectedAsync();
    }

    /// <summary>The resource comes out empty so many times.</summary>
    private static void BecomeRocky(AgentWorld world) =>
        HostSetup.Write(world.Layout, "etc/os-release", "ID=rocky\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.3\"\nPLATFORM_ID=\"platform:el9\"\n");

    /// <summary>Has a tool run these lines of shell first, and then do what it does.</summary>
    private static async Task PutBeforeAsync(string tool, string lines)
    {
        File.Move(tool, $"{tool}.real");
        await File.WriteAllTextAsync(tool, $"#!/bin/sh\n{lines}\nexec {tool}.real \"$@\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(tool, File.GetUnixFileMode($"{tool}.real"));
    }

    private static void AnswerEmpty(AgentWorld world, int answers)
    {
        var asked = 0;
        world.K2hr3.OnAnswer = (request, answer) => request is { Method: "GET", Kind: RequestKind.Resource } && Interlocked.Increment(ref asked) <= answers
            ? Answer.Json(200, new { result = true, message = (string?)null, resource = string.Empty })
            : answer;
    }

    /// <summary>The units of the agent's package, with a program that only stays.</summary>
    private static void PutUnits(AgentWorld world)
    {
        foreach (var unit in (string[])["k2hdkc-slave-agent.service", "k2hdkc-slave-bootstrap.service"])
        {
            HostSetup.Write(world.Layout, $"usr/lib/systemd/system/{unit}", Package.Unit("the agent", "/bin/sleep 1000000", "SIGTERM"));
        }
    }

    private static Dictionary<string, string> KeysOf(AgentWorld world) =>
        world.K2hr3.FindResource(world.Names.SlaveResource)!.Keys.ToDictionary(key => key.Key, key => $"{key.Value}");
}
