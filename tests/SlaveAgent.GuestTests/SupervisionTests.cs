using System.Diagnostics;
using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

public sealed class SupervisionTests(ITestOutputHelper output, GuestMachine machine)
{
    [Theory]
    [InlineData("direct", false)]
    [InlineData("real", true)]
    public async Task Chmpx_runs_under_systemd_itself_with_direct_supervision_and_the_helper_is_left_alone_when_asked(string name, bool isReal)
    {
        await using var world = await World.CreateAsync(machine, name, new() { IsReal = isReal });
        var guest = world.Guest;
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();
        await guest.UntilStateAsync("k2hdkc-slave-ready.target", "active");
        output.WriteLine(await world.ScriptToReadyAsync());
        Assert.Contains("ExecStart=/usr/bin/chmpx", await guest.RunAsync("systemctl", "cat", "chmpx.service"), StringComparison.Ordinal);
        Assert.Equal("k2hdkc", await guest.ShellAsync("stat -c %U /proc/$(systemctl show --value -p MainPID chmpx.service)"));
        var direct = await OutageAsync(world);
        // The agent would start a stopped chmpx, so it is stopped while the stop is timed.
        await guest.RunAsync("systemctl", "stop", "k2hdkc-slave-agent.service");
        var watch = Stopwatch.StartNew();
        await guest.RunAsync("systemctl", "stop", "chmpx.service");
        var stop = watch.Elapsed;
        await guest.RunAsync("systemctl", "start", "chmpx.service", "k2hdkc-slave-agent.service");
        await world.WaitForConnectionAsync();

        await guest.ShellAsync("echo 'chmpx: {supervision: helper}' >/etc/k2hdkc-slave-agent/conf.d/helper.yaml && systemctl reload k2hdkc-slave-agent");
        await guest.UntilAsync("the helper runs", async () =>
            (await guest.ShellAsync("cat /proc/$(systemctl show --value -p MainPID chmpx.service)/cmdline || :")).Contains("chmpx-service-helper", StringComparison.Ordinal));
        watch.Restart();
        await world.WaitForConnectionAsync();
        var start = watch.Elapsed;
        var helper = await OutageAsync(world);
        output.WriteLine($"an exit of chmpx: connected again after {direct.TotalSeconds:0.0} s direct, {helper.TotalSeconds:0.0} s with the helper");
        output.WriteLine($"stop {stop.TotalSeconds:0.0} s direct; a start through the helper takes {start.TotalSeconds:0.0} s to connected");
    }

    private static async Task<TimeSpan> OutageAsync(World world)
    {
        const string NewestChmpx = "pgrep -n -f '[c]hmpx -conf' || :";
        var before = await world.Guest.ShellAsync(NewestChmpx);
        var watch = Stopwatch.StartNew();
        await world.Guest.ShellAsync($"kill -KILL {before}");
        await world.Guest.UntilAsync("another chmpx runs", async () => await world.Guest.ShellAsync(NewestChmpx) is not "" and var now && now != before);
        await world.Guest.UntilAsync("the servers have the slave again", world.HaveServersTheSlaveAsync);
        var outage = watch.Elapsed;
        await world.WaitForConnectionAsync();
        return outage;
    }
}
