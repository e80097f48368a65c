using System.Diagnostics;
using SlaveAgent.GuestTests.Guests;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.GuestTests;

public sealed class HardFirstBootTests(ITestOutputHelper output, GuestMachine machine)
{
    [Fact]
    public async Task A_first_boot_with_everything_late_ends_connected_all_the_same()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var world = await World.CreateAsync(machine, "hard");
        await using var names = new NameServer(world.Address, "k2hr3.test");
        var guest = world.Guest;
        var script = (await world.ReadExtDataAsync()).Replace(world.K2hr3.Uri.ToString().TrimEnd('/'), "http://k2hr3.test:3000", StringComparison.Ordinal);
        guest.Put("/var/lib/cloud/seed/config_drive/openstack/latest/user_data", script);
        guest.Put("/etc/resolv.conf", $"search novalocal\nnameserver {world.Address}\n");
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
        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.Stopped), cancel);
        await guest.BootAsync();
        var watch = Stopwatch.StartNew();

        // These times are the test's subject: what is late, and for how long.
        await Task.Delay(TimeSpan.FromSeconds(15), cancel);
        await guest.RaiseNetworkAsync();
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s: the network is up");
        await Task.Delay(TimeSpan.FromSeconds(45), cancel);
        names.Answers = true;
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s: the name server answers, asked {names.Asked} times in vain");
        await Task.Delay(TimeSpan.FromSeconds(60), cancel);
        await world.K2hr3.SetOutageAsync(Outage.None, cancel);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s: K2HR3 answers");
        await world.WaitForConnectionAsync();
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s: connected");
        Assert.Contains("status: done", await world.CloudInitAsync(), StringComparison.Ordinal);
        Assert.NotEqual(0, names.Asked);
        await guest.UntilStateAsync("user-app.service", "active");
        Assert.Equal("", await guest.FailedUnitsAsync());
    }
}
