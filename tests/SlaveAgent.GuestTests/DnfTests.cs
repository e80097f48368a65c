using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

public sealed class DnfTests(ITestOutputHelper output, GuestMachine machine)
{
    /// <summary>
    /// A Debian that says it is a Rocky Linux and has dnf and rpm: no rpm distribution can be had from the build machine's registries. Everything but the
    /// distribution is real: dnf, its signed repository, rpm's database and scripts.
    /// </summary>
    [Fact]
    public async Task A_host_of_the_Red_Hat_family_gets_its_packages_through_dnf_from_a_signed_repository()
    {
        await using var world = await World.CreateAsync(machine, "dnf");
        var guest = world.Guest;
        guest.Put("/etc/os-release", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.4\"\nPRETTY_NAME=\"Rocky Linux 9.4, played by Debian\"\n");
        // As on the distributions it plays; Debian's own rpm keeps its database in the home directory, which the agent's unit does not see.
        guest.Put("/etc/rpm/macros", "%_dbpath /var/lib/rpm\n");
        await guest.BootAsync();
        await world.CloudInitAsync();
        output.WriteLine(await world.TimelineAsync());
        await world.WaitForConnectionAsync();
        Assert.StartsWith("chmpx-1.0.113", await guest.RunAsync("rpm", "-q", "chmpx"), StringComparison.Ordinal);
        Assert.Contains("gpgcheck=1", await guest.RunAsync("cat", "/etc/yum.repos.d/antpickax.repo"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await guest.TryAsync("rpm", "-q", "k2hr3-get-resource")).ExitCode);
        Assert.NotEqual("installed", (await guest.TryAsync("dpkg-query", "-W", "-f", "${db:Status-Status}", "chmpx")).StandardOutput);
    }
}
