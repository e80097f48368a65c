using SlaveAgent.GuestTests.Guests;
using SlaveAgent.GuestTests.Packages;

namespace SlaveAgent.GuestTests;

public sealed class PackageLifeTests(ITestOutputHelper output, GuestMachine machine)
{
    // Three units: on the way out their order is the reverse.
    private static readonly WorldPlan ThreeUnits = new()
    {
        HasNeedrestart = true,
        SlaveKeys = new Dictionary<string, string>
        {
            ["k2hr3-init-packagecloud-packages"] = "k2hdkc-dbaas-override-conf,k2hr3-get-resource,chmpx,demo-tool",
            ["k2hr3-init-systemd-packages"] = "before-all.service,chmpx.service,k2hr3-get-resource.timer,demo-tool.service",
        },
    };

    [Fact]
    public async Task Beside_needrestart_upgrade_remove_reinstall_unregister_and_purge_leave_what_a_Debian_user_expects()
    {
        await using var world = await World.CreateAsync(machine, "life", ThreeUnits);
        var guest = world.Guest;
        guest.Put("/etc/systemd/system/before-all.service", "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n");
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();
        await guest.UntilStateAsync("demo-tool.service", "active");
        await guest.UntilStateAsync("k2hdkc-slave-bootstrap.service", "inactive");

        await UpgradeAsync(world);

        await RemoveUnderProgramsAsync(world);

        await ReinstallAtWorkAsync(world);

        await UnregisterAsync(world);

        // Remove keeps what the user wrote, and an installation after it finds that again, with the daemon enabled as it was.
        await AptAsync(guest, "remove k2hdkc-slave-agent");
        Assert.NotEqual("active", await guest.StateAsync("k2hdkc-slave-agent.service"));
        Assert.Contains("# mine", await guest.RunAsync("cat", "/etc/k2hdkc-slave-agent/agent.yaml"), StringComparison.Ordinal);
        await AptAsync(guest, "install /tmp/k2hdkc-slave-agent.deb");
        Assert.Contains("# mine", await guest.RunAsync("cat", "/etc/k2hdkc-slave-agent/agent.yaml"), StringComparison.Ordinal);
        Assert.Equal("enabled", await guest.RunAsync("systemctl", "is-enabled", "k2hdkc-slave-agent.service"));

        await PurgeAsync(guest);

        // As on a new host.
        await AptAsync(guest, "install /tmp/k2hdkc-slave-agent.deb");
        Assert.Equal("disabled", (await guest.TryAsync("systemctl", "is-enabled", "k2hdkc-slave-agent.service")).StandardOutput.Trim());
        Assert.DoesNotContain("# mine", await guest.RunAsync("cat", "/etc/k2hdkc-slave-agent/agent.yaml"), StringComparison.Ordinal);
        await guest.ShellAsync(
            $"""
            printf 'packages:\n  antpickax:\n    uri: {world.Packages}\n    key: {PackageRepository.KeyFile}\n' >/etc/k2hdkc-slave-agent/conf.d/guest.yaml
            sh /var/lib/cloud/instance/scripts/part-001 || sh /var/lib/cloud/instance/scripts/k2hr3-init.sh
            """);
        await world.WaitForConnectionAsync();
        Assert.Equal("", await guest.FailedUnitsAsync());
    }

    /// <summary>Settings and identity stay, one restart, chmpx and with it the connection are not touched.</summary>
    private static async Task UpgradeAsync(World world)
    {
        var guest = world.Guest;
        await guest.ShellAsync("echo '# mine' >>/etc/k2hdkc-slave-agent/agent.yaml");
        var chmpx = await guest.MainPidAsync("chmpx.service");
        var ready = await guest.ActiveSinceAsync("k2hdkc-slave-ready.target");
        var userApp = await guest.MainPidAsync("user-app.service");
        var identity = await IdentityAsync(guest);
        await guest.ShellAsync(
            $"""
            sed -i 's,/{PackageRepository.Agent}/,/{PackageRepository.Next}/,' /etc/apt/sources.list.d/k2hdkc-slave-agent.sources
            timeout -k 5 120 apt-get -qq update
            cd /tmp && curl -fsS -O {world.Packages}newer/k2hdkc-slave-agent.deb
            """);
        await AptAsync(guest, "install --only-upgrade k2hdkc-slave-agent");
        Assert.EndsWith("+newer", await guest.RunAsync("dpkg-query", "-W", "-f", "${Version}", "k2hdkc-slave-agent"), StringComparison.Ordinal);
        await guest.UntilStateAsync("k2hdkc-slave-agent.service", "active");
        await world.WaitForConnectionAsync();
        Assert.Equal("2", await guest.ShellAsync("journalctl -q --no-pager -o cat -u k2hdkc-slave-agent | grep -c '^Started k2hdkc-slave-agent.service'"));
        Assert.Equal(chmpx, await guest.MainPidAsync("chmpx.service"));
        Assert.Equal(ready, await guest.ActiveSinceAsync("k2hdkc-slave-ready.target"));
        Assert.Equal(userApp, await guest.MainPidAsync("user-app.service"));
        Assert.Equal(identity, await IdentityAsync(guest));
        Assert.Contains("# mine", await guest.RunAsync("cat", "/etc/k2hdkc-slave-agent/agent.yaml"), StringComparison.Ordinal);
    }

    /// <summary>Programs that use the cluster run on without the agent, and so does chmpx. That the host is still in its role is said, for nothing else would take it out.</summary>
    private async Task RemoveUnderProgramsAsync(World world)
    {
        var guest = world.Guest;
        var chmpx = await guest.MainPidAsync("chmpx.service");
        var userApp = await guest.MainPidAsync("user-app.service");
        var said = await AptAsync(guest, "remove k2hdkc-slave-agent");
        output.WriteLine(said);
        Assert.Contains("k2hdkc-slave-agent unregister", said, StringComparison.Ordinal);
        Assert.NotEqual("active", await guest.StateAsync("k2hdkc-slave-agent.service"));
        Assert.Single(world.K2hr3.Hosts(world.Names.SlaveRole));
        Assert.True(await world.HaveServersTheSlaveAsync());
        Assert.Equal((chmpx, userApp), (await guest.MainPidAsync("chmpx.service"), await guest.MainPidAsync("user-app.service")));

        await AptAsync(guest, "install /tmp/k2hdkc-slave-agent.deb");
        await guest.RunAsync("systemctl", "start", "k2hdkc-slave-agent.service");
        await world.WaitForConnectionAsync();
        await guest.UntilAsync("chmpx's unit is the agent's again, from its next start on", async () => await world.ReasonAsync("ServicesRunning") == "RestartPending");
        Assert.Equal((chmpx, userApp), (await guest.MainPidAsync("chmpx.service"), await guest.MainPidAsync("user-app.service")));
        Assert.Equal("", await guest.FailedUnitsAsync());
    }

    /// <summary>
    /// The executable is replaced under a wait that does not end before there is a connection, and under a bootstrap service whose apt waits for the lock of the very
    /// apt that runs needrestart.
    /// </summary>
    private static async Task ReinstallAtWorkAsync(World world)
    {
        var guest = world.Guest;
        await guest.ShellAsync("systemctl stop k2hdkc-slave-agent.service k2hdkc-slave-ready.target chmpx.service && systemctl start --no-block user-app.service");
        await guest.UntilStateAsync("k2hdkc-slave-wait.service", "activating");
        await AptAsync(guest, "remove k2hdkc-dbaas-override-conf");
        await AptAsync(
            guest,
            "-o DPkg::Pre-Invoke::='systemctl start --no-block k2hdkc-slave-bootstrap.service; until pgrep -f \"[i]nstall -y -- k2hdkc-dbaas\"; do sleep 0.1; done' install --reinstall /tmp/k2hdkc-slave-agent.deb");
        await guest.UntilAsync("the bootstrap service has installed the package", () => guest.HasPackageAsync("k2hdkc-dbaas-override-conf"));
        await guest.UntilStateAsync("k2hdkc-slave-bootstrap.service", "inactive");
        await world.WaitForConnectionAsync();
        await guest.UntilStateAsync("user-app.service", "active");
        await guest.RunAsync("test", "-s", "/run/needrestart-runs");
        Assert.Equal("", await guest.FailedUnitsAsync());
    }

    /// <summary>Ends also where apt would not.</summary>
    private static Task<string> AptAsync(Guest guest, string arguments) => guest.ShellAsync($"timeout -k 5 120 apt-get -qq -y {arguments} 2>&1");

    /// <summary>Out of the role; what requires the connection stopped first, then the role's services in reverse order.</summary>
    private async Task UnregisterAsync(World world)
    {
        var guest = world.Guest;
        output.WriteLine(await guest.RunAsync("k2hdkc-slave-agent", "unregister"));
        Assert.Empty(world.K2hr3.Hosts(world.Names.SlaveRole));
        string[] order = ["user-app.service", "k2hdkc-slave-ready.target", "demo-tool.service", "chmpx.service", "before-all.service"];
        foreach (var unit in order)
        {
            Assert.Equal("inactive", await guest.StateAsync(unit));
        }

        var stopped = (await guest.ShellAsync("journalctl -q --no-pager -o cat _PID=1 | grep '^Stopped '")).Split('\n').ToList();
        Assert.Equal(order, order.OrderBy(unit => stopped.FindLastIndex(line => line.Contains(unit, StringComparison.Ordinal))));
        Assert.Equal("disabled\ndisabled\ndisabled", (await guest.TryAsync(["systemctl", "is-enabled", .. order.Skip(2)])).StandardOutput.Trim());
        Assert.Equal("", await guest.ShellAsync("ls /etc/antpickax | grep -e k2hr3- -e k2hdkc.ini || :"));
    }

    private static async Task PurgeAsync(Guest guest)
    {
        await guest.ShellAsync("rm /etc/k2hdkc-slave-agent/conf.d/guest.yaml");
        await AptAsync(guest, "purge k2hdkc-slave-agent");
        var left = await guest.ShellAsync(
            "find / -xdev -name '*k2hdkc-slave*' ! -path '/proc/*' ! -path '/sys/*' ! -path '/tmp/*' ! -path '/opt/*' ! -path '/var/cache/apt/*' ! -path '/var/lib/apt/lists/*' ! -path '/etc/apt/sources.list.d/*'");
        Assert.Equal("", left);
        Assert.Equal("", await guest.FailedUnitsAsync());
    }

    private static Task<string> IdentityAsync(Guest guest) => guest.ShellAsync("cd /etc/antpickax && sha256sum k2hr3-*");
}
