using SlaveAgent.GuestTests.Guests;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.GuestTests;

[Collection("one guest at a time")]
public sealed class HardFirstBootTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_first_boot_with_everything_late_ends_connected_all_the_same()
    {
        await using var world = await World.CreateAsync("hard");
        var guest = world.Guest;
        var script = (await world.ReadExtDataAsync()).Replace(world.K2hr3.Uri.ToString().TrimEnd('/'), "http://k2hr3.test:3000", StringComparison.Ordinal);
        guest.Put("/var/lib/cloud/seed/config_drive/openstack/latest/user_data", script);
        guest.HoldNetworkBack();
        // Another package manager at work for half a minute, as unattended-upgrades on a first boot.
        guest.Put(
            "/etc/systemd/system/lock-holder.service",
            """
            [Service]
            ExecStart=/usr/bin/python3 -c "import fcntl,time; f=open('/var/lib/dpkg/lock-frontend','w'); fcntl.lockf(f,fcntl.LOCK_EX); time.sleep(30)"
            [Install]
            WantedBy=sysinit.target

            """);
        guest.Link("/etc/systemd/system/sysinit.target.wants/lock-holder.service", "/etc/systemd/system/lock-holder.service");
        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.Stopped), TestContext.Current.CancellationToken);
        await guest.BootAsync();
        var watch = System.Diagnostics.Stopwatch.StartNew();

        await Task.Delay(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        await guest.RaiseNetworkAsync();
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s: the network is up");
        await Task.Delay(TimeSpan.FromSeconds(45), TestContext.Current.CancellationToken);
        await guest.ShellAsync("echo '10.78.7.1 k2hr3.test' >>/etc/hosts");
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s: K2HR3's name resolves");
        await Task.Delay(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await world.K2hr3.SetOutageAsync(Outage.None, TestContext.Current.CancellationToken);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s: K2HR3 answers");
        await world.WaitForConnectionAsync(TimeSpan.FromMinutes(2));
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s: connected");
        Assert.Contains("status: done", await world.CloudInitAsync(), StringComparison.Ordinal);
        output.WriteLine(await world.TimelineAsync());
        Assert.Equal("", await guest.RunAsync("systemctl", "--failed", "--no-legend", "--plain"));
    }
}
