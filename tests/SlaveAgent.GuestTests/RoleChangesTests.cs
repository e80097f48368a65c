using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

public sealed class RoleChangesTests(ITestOutputHelper output, GuestMachine machine)
{
    private static readonly string[] Units = ["chmpx.service", "user-app.service", "k2hdkc-slave-agent.service"];

    /// <summary>
    /// The daemon may not install; the service that may is started by it and hands back. One of the packages replaces the C library, after which needrestart would
    /// restart all that runs, and first of all the service that runs apt.
    /// </summary>
    [Fact]
    public async Task Packages_and_services_that_the_role_gains_later_come_through_the_bootstrap_service()
    {
        await using var world = await World.CreateAsync(machine, "gains", new() { HasNeedrestart = true });
        var guest = world.Guest;
        // Static, and forgotten by systemd once it has ended.
        guest.Put("/etc/systemd/system/demo-once.service", "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo started >>/run/demo-once'\n");
        guest.Put("/etc/k2hdkc-slave-agent/conf.d/often.yaml", "watch:\n  role_interval: 3s\n");
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();
        Assert.False(await guest.HasPackageAsync("demo-tool"));
        await guest.UntilStateAsync("user-app.service", "active");
        var before = await MainPidsAsync(guest);

        var resource = world.K2hr3.FindResource(world.Names.SlaveResource)!;
        world.K2hr3.SetResource(world.Names.SlaveResource, "", new Dictionary<string, string>
        {
            ["chmpx-mode"] = "SLAVE",
            ["k2hr3-init-packagecloud-packages"] = resource.Keys["k2hr3-init-packagecloud-packages"] + ",demo-tool,demo-library",
            ["k2hr3-init-systemd-packages"] = resource.Keys["k2hr3-init-systemd-packages"] + ",demo-tool.service,demo-once.service",
        });
        await guest.UntilAsync("the packages are there", async () => await guest.HasPackageAsync("demo-tool") && await guest.HasPackageAsync("demo-library"));
        await guest.UntilStateAsync("demo-tool.service", "active");
        Assert.Equal("enabled", await guest.RunAsync("systemctl", "is-enabled", "demo-tool.service"));
        await guest.UntilAsync("the bootstrap service has ended", async () => await guest.StateAsync("k2hdkc-slave-bootstrap.service") == "inactive");

        // It was the service, and the daemon was neither restarted nor allowed to install.
        output.WriteLine(await guest.ShellAsync("journalctl -q --no-pager -o cat -u k2hdkc-slave-bootstrap -u k2hdkc-slave-agent | grep -v servers"));
        Assert.Contains("demo-tool", await guest.ShellAsync("journalctl -q --no-pager -o cat -u k2hdkc-slave-bootstrap"), StringComparison.Ordinal);
        await world.WaitForConnectionAsync();
        Assert.Equal(before, await MainPidsAsync(guest));
        Assert.NotEqual(0, (await guest.TryAsync("test", "-e", "/run/needrestart-runs")).ExitCode);
        var outdated = await guest.RunAsync("needrestart", "-b", "-r", "l");
        Assert.All(Units, unit => Assert.Contains($"NEEDRESTART-SVC: {unit}", outdated, StringComparison.Ordinal));

        // Another daemon reads in /run that the oneshot was started. That is noted after the pass that started it.
        await guest.UntilAsync("the units are looked at again", async () => await world.ReasonAsync("ServicesRunning") == "AsDesired");
        await guest.RunAsync("systemctl", "restart", "k2hdkc-slave-agent.service");
        await world.WaitForConnectionAsync();
        await guest.UntilAsync("the daemon has looked at the units", async () => await world.ReasonAsync("ServicesRunning") == "AsDesired");
        Assert.Equal("started", await guest.RunAsync("cat", "/run/demo-once"));
        Assert.Equal("", await guest.FailedUnitsAsync());
    }

    private static async Task<string[]> MainPidsAsync(Guest guest) => await Task.WhenAll(Units.Select(guest.MainPidAsync));
}
