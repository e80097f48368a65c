using SlaveAgent.GuestTests.Guests;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.GuestTests;

[Collection("one guest at a time")]
public sealed class RebootTests(ITestOutputHelper output)
{
    [Fact]
    public async Task After_a_reboot_the_slave_is_connected_without_packages_and_without_K2HR3()
    {
        await using var world = await World.CreateAsync("reboot");
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
        await world.Guest.RebootAsync();
        await Guest.UntilAsync(
            "ready.target is reached", async () => await world.Guest.StateAsync("k2hdkc-slave-ready.target") == "active", TimeSpan.FromMinutes(2));
        await Guest.UntilAsync("the user's service runs", async () => await world.Guest.StateAsync("user-app.service") == "active", TimeSpan.FromSeconds(10));
        await Guest.UntilAsync("every server has the slave", () => Task.FromResult(world.Cluster.Servers.All(server => server.ConnectedSlaves.Contains(world.Cuk))), TimeSpan.FromSeconds(20));
        output.WriteLine($"== {what}\n{await world.TimelineAsync()}");
        Assert.NotEqual(0, (await world.Guest.TryAsync("grep", "-q", "apt-get", "/run/guest-times")).ExitCode);
        Assert.True(await world.Guest.ActiveSinceAsync("user-app.service") >= await world.Guest.ActiveSinceAsync("k2hdkc-slave-ready.target"));
        Assert.Equal("", await world.Guest.ShellAsync("systemctl --failed --no-legend --plain | grep -v cloud-init || :"));
    }
}
