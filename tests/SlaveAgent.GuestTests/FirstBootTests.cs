using System.Text.Json;
using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

public sealed class FirstBootTests(ITestOutputHelper output, GuestMachine machine)
{
    [Fact]
    public async Task A_new_VM_with_nothing_but_the_User_Data_Script_ends_connected()
    {
        await using var world = await World.CreateAsync(machine, "first");
        var guest = world.Guest;
        await guest.BootAsync();
        var outcome = await world.CloudInitAsync();
        await ShowAsync(world);
        Assert.Contains("status: done", outcome, StringComparison.Ordinal);
        await world.WaitForConnectionAsync();
        await guest.UntilStateAsync("k2hdkc-slave-ready.target", "active");

        // It failed for want of its environment file until the agent started it, after the target.
        await guest.UntilStateAsync("user-app.service", "active");
        Assert.Equal("", await guest.FailedUnitsAsync());
        await AssertCloudInitSaysNothingBadAsync(guest);

        Assert.True(await guest.ActiveSinceAsync("user-app.service") >= await guest.ActiveSinceAsync("k2hdkc-slave-ready.target"));
        Assert.False(await guest.HasPackageAsync("k2hr3-get-resource"));

        // The journal has the agent's own words only, not its framework's.
        Assert.DoesNotContain("Application", await guest.ShellAsync("journalctl -q --no-pager -o cat -u k2hdkc-slave-agent _SYSTEMD_UNIT=k2hdkc-slave-agent.service"), StringComparison.Ordinal);
        await AssertTokenIsHiddenAsync(world);
        await AssertCommandsAnswerAsync(world);
        var security = await guest.RunAsync("systemd-analyze", "security", "--no-pager", "k2hdkc-slave-agent.service");
        output.WriteLine(security.Split('\n')[^1]);
        await guest.RunAsync("systemd-analyze", "security", "--no-pager", "--threshold=20", "k2hdkc-slave-agent.service");
    }

    /// <summary>Its schema check is of all it was given, the image's configuration and K2HR3's parts.</summary>
    private static async Task AssertCloudInitSaysNothingBadAsync(Guest guest)
    {
        Assert.Equal("", await guest.ShellAsync("grep -e WARNING -e ERROR -e Traceback /var/log/cloud-init.log || :"));
        Assert.Contains("\"errors\": []", await guest.RunAsync("cat", "/run/cloud-init/result.json"), StringComparison.Ordinal);
        Assert.Contains("Valid", await guest.RunAsync("cloud-init", "schema", "--system"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)\b[0-9.]+ s\b.*\bk2hdkc-slave-agent status\b", await guest.RunAsync("cat", "/var/log/cloud-init-output.log"));
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

    private static async Task AssertCommandsAnswerAsync(World world)
    {
        var status = await world.Guest.RunAsync("k2hdkc-slave-agent", "status");
        Assert.All(world.Cluster.Servers, server => Assert.Contains(server.Name, status, StringComparison.Ordinal));
        Assert.Contains("3/3", await world.Guest.RunAsync("k2hdkc-slave-agent", "wait", "--timeout", "1s"), StringComparison.Ordinal);
        var before = await world.Guest.RunAsync("sha256sum", "/etc/antpickax/k2hdkc.ini");
        await world.Guest.RunAsync("k2hdkc-slave-agent", "regenerate");
        Assert.Contains("+FILEVERSION", await world.Guest.RunAsync("k2hdkc-slave-agent", "regenerate", "--force", "--dry-run"), StringComparison.Ordinal);
        Assert.Equal(before, await world.Guest.RunAsync("sha256sum", "/etc/antpickax/k2hdkc.ini"));
        var generation = await GenerationAsync(world, "written");
        await world.Guest.RunAsync("k2hdkc-slave-agent", "regenerate", "--force");
        await world.Guest.UntilAsync("chmpx has loaded the new generation", async () => await GenerationAsync(world, "loaded") == generation + 1);
        Assert.NotEqual(before, await world.Guest.RunAsync("sha256sum", "/etc/antpickax/k2hdkc.ini"));
        await world.WaitForConnectionAsync();
    }

    private static async Task<int?> GenerationAsync(World world, string which) =>
        (await world.StatusAsync())?.GetProperty("generation").GetProperty(which) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;

    private async Task ShowAsync(World world)
    {
        output.WriteLine((await world.Guest.TryAsync("cat", "/var/log/cloud-init-output.log")).StandardOutput);
        if (await world.Guest.ActiveSinceAsync("k2hdkc-slave-ready.target") is not null)
        {
            output.WriteLine(await world.ScriptToReadyAsync());
        }
    }
}
