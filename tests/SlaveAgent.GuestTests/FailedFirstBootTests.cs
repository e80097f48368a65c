using SlaveAgent.GuestTests.Guests;
using SlaveAgent.GuestTests.Packages;

namespace SlaveAgent.GuestTests;

public sealed class FailedFirstBootTests(GuestMachine machine)
{
    [Fact]
    public async Task A_package_with_another_checksum_is_not_installed_and_cloud_init_says_so()
    {
        await using var world = await World.CreateAsync(machine, "checksum", new() { PackageSha256 = new string('0', 64) });
        var guest = world.Guest;
        await guest.BootAsync();
        Assert.Contains("status: error", await world.CloudInitAsync(), StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(GuestMachine.AgentPackage), await guest.RunAsync("cat", "/var/log/cloud-init-output.log"), StringComparison.Ordinal);
        Assert.False(await guest.HasPackageAsync("k2hdkc-slave-agent"));
        Assert.NotEqual(0, (await guest.TryAsync("test", "-e", "/etc/antpickax/k2hr3-role-token")).ExitCode);
        Assert.Empty(world.K2hr3.Hosts(world.Role));
    }

    [Fact]
    public async Task A_package_that_was_changed_in_its_signed_repository_is_not_installed_and_cloud_init_says_so()
    {
        await using var world = await World.CreateAsync(machine, "changed", new() { AgentRepository = PackageRepository.Changed, StepTimeout = TimeSpan.FromSeconds(10) });
        var guest = world.Guest;
        await guest.BootAsync();
        Assert.Contains("status: error", await world.CloudInitAsync(), StringComparison.Ordinal);
        Assert.Contains("Hash Sum mismatch", await guest.RunAsync("cat", "/var/log/cloud-init-output.log"), StringComparison.Ordinal);
        Assert.False(await guest.HasPackageAsync("k2hdkc-slave-agent"));
        Assert.Empty(world.K2hr3.Hosts(world.Role));
    }

    [Fact]
    public async Task An_include_that_K2HR3_does_not_know_ends_with_its_reason_on_the_console_and_in_cloud_inits_status()
    {
        await using var world = await World.CreateAsync(machine, "unknown");
        var guest = world.Guest;
        guest.Put("/var/lib/cloud/seed/config_drive/openstack/latest/user_data", $"#include\n{world.K2hr3.Uri}v1/userdata/nobody-knows-this\n");
        await guest.BootAsync();
        Assert.Contains("status: error", await world.CloudInitAsync(), StringComparison.Ordinal);
        // K2HR3's message.
        Assert.Contains("Get userdata path is invalid.", await guest.RunAsync("cat", "/var/log/cloud-init-output.log"), StringComparison.Ordinal);
        Assert.False(await guest.HasPackageAsync("k2hdkc-slave-agent"));
    }
}
