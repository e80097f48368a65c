using SlaveAgent.GuestTests.Guests;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.GuestTests;

public sealed class RebootTests(ITestOutputHelper output, GuestMachine machine)
{
    [Fact]
    public async Task After_a_reboot_the_slave_is_connected_without_packages_and_without_K2HR3()
    {
        await using var world = await World.CreateAsync(machine, "reboot", new() { UsesExtData = true });
        await world.Guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();

        await RebootAsync(world, "K2HR3 there");
        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.Stopped), TestContext.Current.CancellationToken);
        // cloud-init asks K2HR3 for the #include at its every boot, and cannot have it now; what is tested is the agent.
        await RebootAsync(world, "K2HR3 unreachable");
    }

    private async Task RebootAsync(World world, string what)
    {
        var guest = world.Guest;
        await guest.RebootAsync();
        await guest.UntilStateAsync("k2hdkc-slave-ready.target", "active");
        await guest.UntilStateAsync("user-app.service", "active");
        await guest.UntilAsync("every server has the slave", world.HaveServersTheSlaveAsync);
        output.WriteLine($"== {what}\n{await world.TimelineAsync()}");
        Assert.NotEqual(0, (await guest.TryAsync("grep", "-q", "apt-get", "/run/guest-times")).ExitCode);
        Assert.True(await guest.ActiveSinceAsync("user-app.service") >= await guest.ActiveSinceAsync("k2hdkc-slave-ready.target"));
        Assert.Equal("", await guest.ShellAsync("systemctl --failed --no-legend --plain | grep -v cloud-init || :"));
    }
}
