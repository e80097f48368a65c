using SlaveAgent.GuestTests.Guests;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.GuestTests;

public sealed class ReadyTests(ITestOutputHelper output, GuestMachine machine)
{
    [Fact]
    public async Task The_ready_target_stays_when_the_connection_is_lost_and_with_ready_follow_it_leaves_and_comes_back()
    {
        await using var world = await World.CreateAsync(machine, "ready");
        var guest = world.Guest;
        // Requires= alone, as user-app, goes when the target is stopped; BindsTo= is for those who want it so.
        guest.Put(
            "/etc/systemd/system/bound-app.service",
            """
            [Unit]
            BindsTo=k2hdkc-slave-ready.target
            After=k2hdkc-slave-ready.target
            [Service]
            ExecStart=/bin/sleep infinity
            [Install]
            WantedBy=multi-user.target

            """);
        guest.Link("/etc/systemd/system/multi-user.target.wants/bound-app.service", "/etc/systemd/system/bound-app.service");
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();
        await guest.UntilStateAsync("bound-app.service", "active");
        await guest.UntilStateAsync("user-app.service", "active");
        var userApp = await guest.MainPidAsync("user-app.service");

        await LoseAllServersAsync(world);
        await guest.UntilAsync("the agent says that the connection is lost", async () => await world.ConnectionAsync() is { } state && state != "connected");
        await world.Cluster.RestoreAsync(3);
        await world.WaitForConnectionAsync();
        Assert.Equal("active", await guest.StateAsync("k2hdkc-slave-ready.target"));
        Assert.Equal(userApp, await guest.MainPidAsync("user-app.service"));

        var before = Registrations();
        await guest.ShellAsync("echo 'ready: {follow: true}' >/etc/k2hdkc-slave-agent/conf.d/follow.yaml && systemctl reload k2hdkc-slave-agent");
        await guest.UntilAsync("the agent has started over with the new settings", () => Task.FromResult(Registrations() > before));
        await world.WaitForConnectionAsync();
        await LoseAllServersAsync(world);
        await guest.UntilStateAsync("k2hdkc-slave-ready.target", "inactive");
        await guest.UntilStateAsync("bound-app.service", "inactive");
        await guest.UntilStateAsync("user-app.service", "inactive");
        await world.Cluster.RestoreAsync(3);
        await guest.UntilStateAsync("k2hdkc-slave-ready.target", "active");
        await guest.UntilStateAsync("bound-app.service", "active");
        await guest.UntilStateAsync("user-app.service", "active");
        output.WriteLine(await guest.ShellAsync("journalctl -q --no-pager -o short-monotonic -u k2hdkc-slave-ready.target -u bound-app -u user-app"));
        Assert.Equal("", await guest.FailedUnitsAsync());

        int Registrations() => world.K2hr3.Counts.ByKind.GetValueOrDefault(RequestKind.Register);
    }

    private static async Task LoseAllServersAsync(World world)
    {
        foreach (var server in world.Cluster.Servers)
        {
            await world.Cluster.LoseAsync(server);
            await world.Cluster.ForgetAsync(server);
        }
    }
}
