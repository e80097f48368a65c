using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

[Collection("one guest at a time")]
public sealed class PackageLifeTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Upgrade_reinstall_unregister_remove_and_purge_leave_what_a_Debian_user_expects()
    {
        await using var world = await World.CreateAsync("life");
        var guest = world.Guest;
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();

        // Upgrade: settings and identity stay, one restart, chmpx is not touched.
        await guest.ShellAsync("echo '# mine' >>/etc/k2hdkc-slave-agent/agent.yaml");
        var chmpx = await guest.RunAsync("systemctl", "show", "--value", "-p", "MainPID", "chmpx.service");
        var identity = await IdentityAsync(guest);
        await guest.ShellAsync($"cd /tmp && curl -fsS -O {world.Packages.Uri}newer/k2hdkc-slave-agent.deb && apt-get install -qq -y ./k2hdkc-slave-agent.deb 2>&1");
        await Guest.UntilAsync("the new daemon is ready", async () => await guest.StateAsync("k2hdkc-slave-agent.service") == "active", TimeSpan.FromSeconds(20));
        await world.WaitForConnectionAsync();
        Assert.Equal("2", await guest.ShellAsync("journalctl -q --no-pager -o cat -u k2hdkc-slave-agent | grep -c '^Started k2hdkc-slave-agent.service'"));
        Assert.Equal(chmpx, await guest.RunAsync("systemctl", "show", "--value", "-p", "MainPID", "chmpx.service"));
        Assert.Equal(identity, await IdentityAsync(guest));
        Assert.Contains("# mine", await guest.RunAsync("cat", "/etc/k2hdkc-slave-agent/agent.yaml"), StringComparison.Ordinal);

        // Reinstall: nothing is different.
        await guest.ShellAsync("apt-get install -qq -y --reinstall /tmp/k2hdkc-slave-agent.deb 2>&1");
        await world.WaitForConnectionAsync();

        // Unregister: out of the role, services stopped in reverse order.
        output.WriteLine(await guest.RunAsync("k2hdkc-slave-agent", "unregister"));
        Assert.Empty(world.K2hr3.Hosts(world.Names.SlaveRole));
        Assert.Equal("inactive", await guest.StateAsync("chmpx.service"));
        Assert.Equal("inactive", await guest.StateAsync("user-app.service"));
        Assert.Equal("", await guest.ShellAsync("ls /etc/antpickax | grep -e k2hr3- -e k2hdkc.ini || :"));

        await guest.ShellAsync("apt-get remove -qq -y k2hdkc-slave-agent 2>&1");
        Assert.NotEqual("active", await guest.StateAsync("k2hdkc-slave-agent.service"));
        Assert.Equal("0", (await guest.TryAsync("test", "-e", "/etc/k2hdkc-slave-agent/agent.yaml")).ExitCode.ToString(System.Globalization.CultureInfo.InvariantCulture));

        await guest.ShellAsync("rm /etc/k2hdkc-slave-agent/conf.d/repository.yaml; apt-get purge -qq -y k2hdkc-slave-agent 2>&1");
        var left = await guest.ShellAsync("find / -xdev -name '*k2hdkc-slave*' ! -path '/proc/*' ! -path '/sys/*' ! -path '/tmp/*' ! -path '/opt/*' ! -path '/var/cache/apt/*' ! -path '/var/lib/apt/lists/*' ! -path '/etc/apt/sources.list.d/*'");
        Assert.Equal("", left);
        Assert.Equal("", await guest.RunAsync("systemctl", "--failed", "--no-legend", "--plain"));
    }

    private static Task<string> IdentityAsync(Guest guest) => guest.ShellAsync("cd /etc/antpickax && sha256sum k2hr3-*");
}
