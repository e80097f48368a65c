using System.Net;
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
        await MisspellAsync(world);
        await ChangeNetworkAsync(world);
        Assert.Equal("", await guest.FailedUnitsAsync());
        Assert.Equal("active", await guest.StateAsync("user-app.service"));
    }

    /// <summary>A daemon that starts with settings that it cannot use goes on with those it last had; without them it waits, and systemd has nothing to start again.</summary>
    private async Task MisspellAsync(World world)
    {
        var guest = world.Guest;
        const string Bad = "/etc/k2hdkc-slave-agent/conf.d/30-bad.yaml";
        await TakeTimeAsync("a misspelt setting and a restart", world, async () =>
        {
            await guest.ShellAsync($"printf 'watch:\\n  k2hr3_intervall: 5m\\n' >{Bad} && systemctl restart k2hdkc-slave-agent.service");
            await world.Cluster.AddAsync(1);
        });
        Assert.Equal("SettingsRefused", await world.ReasonAsync("SettingsValid"));

        await guest.ShellAsync("rm /var/lib/k2hdkc-slave-agent/settings.json && systemctl restart k2hdkc-slave-agent.service");
        var waiting = await guest.MainPidAsync("k2hdkc-slave-agent.service");
        await guest.UntilAsync("systemd shows why the agent waits", async () =>
            (await guest.RunAsync("systemctl", "show", "--value", "-p", "StatusText", "k2hdkc-slave-agent.service")).Contains(Bad, StringComparison.Ordinal));
        await TakeTimeAsync("the setting corrected", world, async () =>
        {
            await guest.ShellAsync($"rm {Bad} && systemctl reload k2hdkc-slave-agent.service");
            await world.Cluster.AddAsync(1);
        });
        Assert.Null(await world.ReasonAsync("SettingsValid"));
        Assert.Equal(waiting, await guest.MainPidAsync("k2hdkc-slave-agent.service"));
    }

    /// <summary>Another resolver than at the daemon's start, and another way out.</summary>
    private async Task ChangeNetworkAsync(World world)
    {
        var guest = world.Guest;
        // 10.78.N.153, for every 10.78.N is this machine's.
        var other = IPAddress.Parse($"{world.Address}53");
        await using var first = new NameServer(world.Address, "k2hr3.test") { Answers = true };
        await using var second = new NameServer(other, "k2hr3.test", world.Address) { Answers = true };
        await TakeTimeAsync("K2HR3 by its name", world, async () =>
        {
            await guest.ShellAsync(
                $"""
                echo nameserver {world.Address} >/etc/resolv.conf
                printf 'k2hr3:\n  api_uri: http://k2hr3.test:3000\nwatch:\n  k2hr3_interval: 1s\nretry:\n  cap: 1s\n' >/etc/k2hdkc-slave-agent/conf.d/name.yaml
                systemctl reload k2hdkc-slave-agent.service
                """);
            await world.Cluster.AddAsync(1);
        });
        Assert.NotEqual(0, first.Asked);

        await TakeTimeAsync("another resolver", world, async () =>
        {
            first.Answers = false;
            await guest.ShellAsync($"echo nameserver {other} >/etc/resolv.conf");
            await world.Cluster.AddAsync(1);
        });
        Assert.NotEqual(0, second.Asked);

        await guest.ShellAsync("ip route del default");
        await guest.UntilAsync("K2HR3 cannot be reached", async () => await world.ReasonAsync("ConfigurationCurrent") == "K2hr3Unreachable");
        await TakeTimeAsync("another default route", world, async () =>
        {
            await guest.UseOtherGatewayAsync();
            await world.Cluster.AddAsync(1);
        });
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
