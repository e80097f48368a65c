using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

[Collection("one guest at a time")]
public sealed class FirstBootTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_new_VM_with_nothing_but_the_User_Data_Script_ends_connected()
    {
        await using var world = await World.CreateAsync("first");
        await world.Guest.BootAsync();
        var outcome = await world.CloudInitAsync();
        await ShowAsync(world);
        Assert.Contains("status: done", outcome, StringComparison.Ordinal);
        await world.WaitForConnectionAsync();
        Assert.Equal("active", await world.Guest.StateAsync("k2hdkc-slave-ready.target"));
        Assert.Equal("", await world.Guest.RunAsync("systemctl", "--failed", "--no-legend", "--plain"));

        await Guest.UntilAsync("the user's service runs", async () => await world.Guest.StateAsync("user-app.service") == "active", TimeSpan.FromSeconds(10));
        Assert.True(await world.Guest.ActiveSinceAsync("user-app.service") >= await world.Guest.ActiveSinceAsync("k2hdkc-slave-ready.target"));
        Assert.NotEqual("installed", (await world.Guest.TryAsync("dpkg-query", "-W", "-f", "${db:Status-Status}", "k2hr3-get-resource")).StandardOutput);

        await AssertTokenIsHiddenAsync(world);
        var security = await world.Guest.RunAsync("systemd-analyze", "security", "--no-pager", "k2hdkc-slave-agent.service");
        output.WriteLine(security.Split('\n')[^1]);
    }

    /// <summary>Nothing that others than root may read holds the token, and no log at all does.</summary>
    private static async Task AssertTokenIsHiddenAsync(World world)
    {
        var token = world.Token.Token;
        Assert.Equal("600 root", await world.Guest.RunAsync("stat", "-c", "%a %U", "/etc/antpickax/k2hr3-role-token"));
        var holders = await world.Guest.ShellAsync($"grep -rlsF -e {token} /etc /var /run /tmp /home /root /usr/local 2>/dev/null || :");
        foreach (var holder in holders.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.DoesNotContain("/log/", holder, StringComparison.Ordinal);
            var closed = await world.Guest.TryAsync("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", holder);
            Assert.True(closed.ExitCode != 0, $"{holder} holds the token and everybody may read it");
        }

        Assert.DoesNotContain(token, await world.Guest.ShellAsync("journalctl --no-pager -q -b -a"), StringComparison.Ordinal);
        Assert.DoesNotContain(token, await world.Guest.ShellAsync("ps -eo args"), StringComparison.Ordinal);
    }

    private async Task ShowAsync(World world)
    {
        output.WriteLine(await world.TimelineAsync());
        output.WriteLine((await world.Guest.TryAsync("cat", "/var/log/cloud-init-output.log")).StandardOutput);
        if (await world.Guest.ActiveSinceAsync("k2hdkc-slave-ready.target") is not null)
        {
            var (total, inside) = await world.ScriptToReadyAsync();
            output.WriteLine($"script to ready.target: {total:0.00} s, of it {inside:0.00} s in apt-get, without: {total - inside:0.00} s");
        }
    }
}
