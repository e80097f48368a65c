using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

public sealed class WatchingTests(ITestOutputHelper output, GuestMachine machine)
{
    [Fact]
    public async Task A_slave_that_loses_something_is_connected_again_by_itself()
    {
        await using var world = await World.CreateAsync(machine, "watching");
        var guest = world.Guest;
        // A file system of its own, so that it can be full while the rest is not.
        guest.Put("/etc/fstab", "tmpfs /etc/antpickax tmpfs size=128k,mode=755 0 0\n");
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();

        await TakeTimeAsync("scale out to five", world, async () =>
        {
            await world.Cluster.AddAsync(1);
            await world.Cluster.AddAsync(1);
        });
        await TakeTimeAsync("scale in to two", world, async () =>
        {
            foreach (var server in world.Cluster.Servers.Take(3))
            {
                await world.Cluster.RemoveAsync(server);
            }
        });
        await TakeTimeAsync("the agent killed", world, async () =>
        {
            await ReplaceAgentAsync(guest, () => guest.RunAsync("systemctl", "kill", "-s", "KILL", "k2hdkc-slave-agent.service"));
            await world.Cluster.AddAsync(1);
        });
        await TakeTimeAsync("the agent hung, restarted by the watchdog", world, async () =>
        {
            await ReplaceAgentAsync(guest, () => guest.RunAsync("systemctl", "kill", "--kill-who=main", "-s", "STOP", "k2hdkc-slave-agent.service"));
            await world.Cluster.AddAsync(1);
        });
        await TakeTimeAsync("chmpx killed", world, async () =>
        {
            var before = await guest.MainPidAsync("chmpx.service");
            await guest.RunAsync("systemctl", "kill", "-s", "KILL", "chmpx.service");
            await guest.UntilAsync("chmpx runs again", async () => await guest.MainPidAsync("chmpx.service") is not "0" and var pid && pid != before);
        });
        await guest.ShellAsync("dd if=/dev/zero of=/etc/antpickax/full bs=4k 2>/dev/null || :");
        await world.Cluster.AddAsync(1);
        await guest.UntilAsync(
            "the agent says that the disk is full",
            async () => (await guest.ShellAsync("journalctl -q --no-pager -u k2hdkc-slave-agent -o cat")).Contains("No space left", StringComparison.Ordinal));
        await TakeTimeAsync("the disk full, and freed", world, async () => await guest.RunAsync("rm", "/etc/antpickax/full"));
        Assert.Equal("", await guest.FailedUnitsAsync());
        Assert.Equal("active", await guest.StateAsync("user-app.service"));
    }

    private async Task TakeTimeAsync(string what, World world, Func<Task> does)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await does();
        await world.WaitForConnectionAsync();
        output.WriteLine($"{what}: connected {world.Cluster.Servers.Count}/{world.Cluster.Servers.Count} after {watch.Elapsed.TotalSeconds:0.0} s");
    }

    private static async Task ReplaceAgentAsync(Guest guest, Func<Task> ends)
    {
        var before = await guest.MainPidAsync("k2hdkc-slave-agent.service");
        await ends();
        await guest.UntilAsync(
            "another agent runs", async () => await guest.MainPidAsync("k2hdkc-slave-agent.service") is not "0" and var pid && pid != before);
    }
}
