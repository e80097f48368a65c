using System.Diagnostics;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Tests.Faults;

/// <summary>A configuration that permissions and space would let the daemon replace, and the kernel does not: what keeps it is named, and once it is gone the file is replaced.</summary>
public sealed class BlockedFileTests
{
    [Fact]
    public async Task A_configuration_that_is_a_mount_point_stays_and_is_said_to_be_one()
    {
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        await MountNamespace.RequireAsync(host);
        await using var daemon = host.StartDaemon(
            "unshare", Environment.UserName == "root" ? "-m" : "-Urm", "sh", "-c", $"mount --bind '{host.IniPath}' '{host.IniPath}' && exec \"$@\"", "sh");
        await host.ChangeAsync();
        await daemon.UntilAsync(() => Has(host, Reasons.MountPoint), "it does not say that the file is a mount point");
        Assert.Null(host.WhyBroken());
    }

    [Theory]
    [InlineData("+i", false)]
    [InlineData("+a", false)]
    [InlineData("+i", true)]
    public async Task An_immutable_configuration_stays_is_said_to_be_immutable_and_is_replaced_once_it_may_be(string attribute, bool isDirectory)
    {
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        var path = isDirectory ? Path.GetDirectoryName(host.IniPath)! : host.IniPath;
        Assert.SkipUnless(ChangeAttribute(attribute, path), "this user, or the file system of the test's directory, cannot make a file immutable");
        try
        {
            await using var daemon = host.StartDaemon();
            await host.ChangeAsync();
            await daemon.UntilAsync(() => Has(host, Reasons.ImmutableFile), "it does not say that the file is immutable");
            ChangeAttribute("-ia", path);
            await host.UntilCurrentAsync(daemon);
        }
        finally
        {
            ChangeAttribute("-ia", path);
        }
    }

    private static bool Has(FaultHost host, string reason) => host.Status?.Conditions.Any(condition => condition.Reason == reason) is true;

    private static bool ChangeAttribute(string attribute, string path)
    {
        using var chattr = Process.Start(new ProcessStartInfo("chattr", [attribute, path]) { RedirectStandardError = true })!;
        chattr.WaitForExit();
        return chattr.ExitCode == 0;
    }
}
