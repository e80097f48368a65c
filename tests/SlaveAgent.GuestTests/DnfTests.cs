using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

public sealed class DnfTests(ITestOutputHelper output, GuestMachine machine)
{
    /// <summary>
    /// A Debian that says it is a Rocky Linux and has dnf and rpm: no rpm distribution can be had from the build machine's registries. Everything but the
    /// distribution is real: dnf, its signed repository, rpm's database and scripts, and the agent's own .rpm.
    /// </summary>
    [Fact]
    public async Task A_host_of_the_Red_Hat_family_gets_the_agent_and_its_packages_through_dnf_from_a_signed_repository()
    {
        await using var world = await World.CreateAsync(machine, "dnf", new() { HasDnf = true });
        var guest = world.Guest;
        // What is not executable is not found: this host has no apt.
        guest.Put("/usr/bin/apt-get", "");
        guest.Put("/etc/k2hdkc-slave-agent/conf.d/often.yaml", "watch:\n  role_interval: 3s\n");
        await guest.BootAsync();
        var outcome = await world.CloudInitAsync();
        output.WriteLine(await guest.RunAsync("cat", "/var/log/cloud-init-output.log"));
        Assert.Contains("status: done", outcome, StringComparison.Ordinal);
        await world.WaitForConnectionAsync();
        Assert.StartsWith("k2hdkc-slave-agent-", await guest.RunAsync("rpm", "-q", "k2hdkc-slave-agent"), StringComparison.Ordinal);
        Assert.StartsWith("chmpx-1.0.113", await guest.RunAsync("rpm", "-q", "chmpx"), StringComparison.Ordinal);
        Assert.Contains("gpgcheck=1", await guest.RunAsync("cat", "/etc/yum.repos.d/antpickax.repo"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await guest.TryAsync("rpm", "-q", "k2hr3-get-resource")).ExitCode);
        Assert.False(await guest.HasPackageAsync("chmpx"));
        await guest.UntilStateAsync("user-app.service", "active");
        Assert.Equal("", await guest.ShellAsync("rpm -V k2hdkc-slave-agent | grep -v '^missing.*environment' | grep -v ' g ' || :"));

        // Reinstalled: the settings stay, the daemon runs the new files, chmpx is not restarted.
        await guest.ShellAsync("echo '# mine' >>/etc/k2hdkc-slave-agent/agent.yaml");
        var chmpx = await guest.MainPidAsync("chmpx.service");
        var daemon = await guest.MainPidAsync("k2hdkc-slave-agent.service");
        await guest.RunAsync("dnf", "-y", "-q", "reinstall", "k2hdkc-slave-agent");
        await guest.UntilAsync("another daemon runs", async () => await guest.MainPidAsync("k2hdkc-slave-agent.service") is not "0" and var now && now != daemon);
        await world.WaitForConnectionAsync();
        Assert.Equal(chmpx, await guest.MainPidAsync("chmpx.service"));
        Assert.Contains("# mine", await guest.RunAsync("cat", "/etc/k2hdkc-slave-agent/agent.yaml"), StringComparison.Ordinal);

        await TakeSourceAwayAsync(world);

        await guest.RunAsync("dnf", "-y", "-q", "remove", "k2hdkc-slave-agent");
        Assert.Equal("inactive", await guest.StateAsync("k2hdkc-slave-agent.service"));
        Assert.NotEqual(0, (await guest.TryAsync("test", "-e", "/usr/bin/k2hdkc-slave-agent")).ExitCode);
        Assert.Contains("# mine", await guest.ShellAsync("cat /etc/k2hdkc-slave-agent/agent.yaml.rpmsave"), StringComparison.Ordinal);
        Assert.Equal(chmpx, await guest.MainPidAsync("chmpx.service"));
    }

    /// <summary>A source that dnf finds nothing behind does not stay, nor its key; the package that it should have brought comes from another.</summary>
    private async Task TakeSourceAwayAsync(World world)
    {
        var guest = world.Guest;
        const string Others = "cd /etc/yum.repos.d && sha256sum $(ls | grep -v antpickax)";
        var others = await guest.ShellAsync(Others);
        await guest.ShellAsync($"printf 'packages:\\n  antpickax:\\n    uri: {world.Packages}nowhere\\n' >/etc/k2hdkc-slave-agent/conf.d/nowhere.yaml && systemctl reload k2hdkc-slave-agent");
        var resource = world.K2hr3.FindResource(world.Names.SlaveResource)!;
        world.K2hr3.SetResource(world.Names.SlaveResource, "", new Dictionary<string, string>
        {
            ["chmpx-mode"] = "SLAVE",
            ["k2hr3-init-packagecloud-packages"] = resource.Keys["k2hr3-init-packagecloud-packages"] + ",demo-tool",
            ["k2hr3-init-systemd-packages"] = $"{resource.Keys["k2hr3-init-systemd-packages"]}",
        });
        await guest.UntilAsync("the package is there", async () => (await guest.TryAsync("rpm", "-q", "demo-tool")).ExitCode == 0);
        output.WriteLine(await guest.ShellAsync("journalctl -q --no-pager -o cat -u k2hdkc-slave-bootstrap"));
        Assert.Equal("", await guest.ShellAsync("ls /etc/yum.repos.d /etc/pki/rpm-gpg | grep antpickax || :"));
        Assert.Equal(others, await guest.ShellAsync(Others));
        await guest.RunAsync("dnf", "-q", "-y", "makecache", "--refresh");
    }
}
