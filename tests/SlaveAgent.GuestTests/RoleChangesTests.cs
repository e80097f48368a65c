using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

public sealed class RoleChangesTests(ITestOutputHelper output, GuestMachine machine)
{
    /// <summary>The daemon may not install; the service that may is started by it and hands back.</summary>
    [Fact]
    public async Task Packages_and_services_that_the_role_gains_later_come_through_the_bootstrap_service()
    {
        await using var world = await World.CreateAsync(machine, "gains");
        var guest = world.Guest;
        guest.Put("/etc/k2hdkc-slave-agent/conf.d/often.yaml", "watch:\n  role_interval: 3s\n");
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();
        Assert.False(await guest.HasPackageAsync("demo-tool"));
        var daemon = await guest.MainPidAsync("k2hdkc-slave-agent.service");

        var resource = world.K2hr3.FindResource(world.Names.SlaveResource)!;
        world.K2hr3.SetResource(world.Names.SlaveResource, "", new Dictionary<string, string>
        {
            ["chmpx-mode"] = "SLAVE",
            ["k2hr3-init-packagecloud-packages"] = resource.Keys["k2hr3-init-packagecloud-packages"] + ",demo-tool",
            ["k2hr3-init-systemd-packages"] = resource.Keys["k2hr3-init-systemd-packages"] + ",demo-tool.service",
        });
        await guest.UntilAsync("the package is there", () => guest.HasPackageAsync("demo-tool"));
        await guest.UntilStateAsync("demo-tool.service", "active");
        Assert.Equal("enabled", await guest.RunAsync("systemctl", "is-enabled", "demo-tool.service"));
        await guest.UntilAsync("the bootstrap service has ended", async () => await guest.StateAsync("k2hdkc-slave-bootstrap.service") == "inactive");

        // It was the service, and the daemon was neither restarted nor allowed to install.
        output.WriteLine(await guest.ShellAsync("journalctl -q --no-pager -o cat -u k2hdkc-slave-bootstrap -u k2hdkc-slave-agent | grep -v servers"));
        Assert.Contains("demo-tool", await guest.ShellAsync("journalctl -q --no-pager -o cat -u k2hdkc-slave-bootstrap"), StringComparison.Ordinal);
        Assert.Equal(daemon, await guest.MainPidAsync("k2hdkc-slave-agent.service"));
        await world.WaitForConnectionAsync();
        Assert.Equal("", await guest.FailedUnitsAsync());
    }
}
