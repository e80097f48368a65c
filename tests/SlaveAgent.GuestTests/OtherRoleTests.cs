using SlaveAgent.GuestTests.Guests;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.GuestTests;

public sealed class OtherRoleTests(ITestOutputHelper output, GuestMachine machine)
{
    /// <summary>K2HR3 has one User Data Script for all its roles. Here the package comes by its address and SHA-256.</summary>
    [Fact]
    public async Task A_host_of_a_role_that_is_no_slaves_is_registered_installed_and_started_and_gets_no_daemon()
    {
        await using var world = await World.CreateAsync(machine, "other", new() { Role = WebServers, PackageSha256 = GuestMachine.AgentPackageSha256 });
        var guest = world.Guest;

        // It is not left without a daemon before K2HR3 has said for so long that it needs none; five minutes by default.
        guest.Put("/etc/k2hdkc-slave-agent/conf.d/evidence.yaml", "evidence:\n  duration: 20s\n");
        guest.Forget("/etc/systemd/system/multi-user.target.wants/user-app.service");
        await guest.BootAsync();
        var outcome = await world.CloudInitAsync();
        output.WriteLine(await guest.RunAsync("cat", "/var/log/cloud-init-output.log"));
        output.WriteLine(await guest.ShellAsync("journalctl -q --no-pager -o cat -u k2hdkc-slave-bootstrap"));
        Assert.Contains("status: done", outcome, StringComparison.Ordinal);
        Assert.Equal(world.Cuk, Assert.Single(world.K2hr3.Hosts(world.Role)).Cuk);
        Assert.True(await guest.HasPackageAsync("demo-tool"));
        await guest.UntilStateAsync("demo-tool.service", "active");
        Assert.Equal("enabled", await guest.RunAsync("systemctl", "is-enabled", "demo-tool.service"));
        await guest.UntilStateAsync("k2hdkc-slave-bootstrap.service", "inactive");

        // The agent stands in for it on a slave only; here it is a package like any other, once it is certain that this is none.
        Assert.True(await guest.HasPackageAsync("k2hr3-get-resource"));
        foreach (var unit in new[] { "k2hdkc-slave-agent.service", "k2hdkc-slave-bootstrap.service" })
        {
            Assert.Equal("disabled", (await guest.TryAsync("systemctl", "is-enabled", unit)).StandardOutput.Trim());
            Assert.Equal("inactive", await guest.StateAsync(unit));
        }

        Assert.NotEqual(0, (await guest.TryAsync("test", "-e", "/etc/antpickax/k2hdkc.ini")).ExitCode);
        Assert.Equal("", await guest.FailedUnitsAsync());
    }

    private static Yrn WebServers(K2hr3Service k2hr3)
    {
        var (role, resource, policy) = (Yrn.Role("demo", "web"), Yrn.Resource("demo", "web"), Yrn.Policy("demo", "web"));
        k2hr3.SetResource(resource, "welcome", new Dictionary<string, string>
        {
            ["k2hr3-init-packagecloud-packages"] = "demo-tool,k2hr3-get-resource",
            ["k2hr3-init-systemd-packages"] = "demo-tool.service",
        });
        k2hr3.SetPolicy(policy, resource);
        k2hr3.SetRole(role, policy);
        return role;
    }
}
