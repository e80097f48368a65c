using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

/// <summary>Whose programs may use the cluster, on the real chmpx: a stand-in has no memory files to open.</summary>
public sealed class AccessTests(ITestOutputHelper output, GuestMachine machine)
{
    private const UnixFileMode Program = (UnixFileMode)0x1ed;

    [Fact]
    public async Task On_a_role_of_todays_Trove_a_program_of_the_group_uses_the_cluster_and_nobody_elses_does()
    {
        await using var world = await World.CreateAsync(machine, "access", new() { IsReal = true, SlaveKeys = TroveRole.Keys });
        var guest = world.Guest;
        guest.Put("/usr/local/bin/user-program", Repository.Read("tests/SlaveAgent.GuestTests/Guests/user-program"), Program);
        guest.Put("/usr/local/bin/my-program", $"#!/bin/sh\nexec user-program {world.Names.SlaveControlPort} {world.Cuk} 5\n", Program);
        guest.Put("/etc/systemd/system/my-program.service", Repository.Read("packaging/examples/my-program.service"));
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();
        await guest.UntilStateAsync("k2hdkc-slave-ready.target", "active");
        await guest.ShellAsync("for user in my-program member second outsider; do useradd --system --no-create-home $user; done");

        Assert.Equal("k2hdkc k2hdkc", await guest.ShellAsync("stat -c '%U %G' /proc/$(systemctl show --value -p MainPID chmpx.service)"));
        Assert.Equal("2770 k2hdkc k2hdkc\n2770 k2hdkc k2hdkc", await guest.ShellAsync("stat -c '%a %U %G' /var/lib/antpickax /run/antpickax"));
        Assert.Equal("660 k2hdkc k2hdkc", await guest.ShellAsync("stat -c '%a %U %G' /var/lib/antpickax/*.chmpx"));

        // chmpx first; the unit that the documentation shows, and the same in a word.
        await guest.RunAsync("systemctl", "start", "my-program.service");
        await UntilSaidAsync(guest, "my-program", "set and read");
        Assert.Equal(0, await RunAsync(world, "member", "k2hdkc"));
        Assert.Equal(1, await RunAsync(world, "outsider", "outsider"));

        // A program that is killed: RemoveIPC= takes what it leaves away, or the next user's open would fail.
        var port = world.Names.SlaveControlPort;
        await guest.ShellAsync($"systemd-run -q --unit=killed {Properties("member", "k2hdkc")} /usr/local/bin/user-program {port} {world.Cuk} stay");
        await UntilSaidAsync(guest, "killed", "opened");
        await guest.ShellAsync("systemctl kill -s KILL killed.service");
        await guest.UntilAsync("the killed program's unit is gone", async () => await guest.StateAsync("killed.service") is "failed" or "inactive");
        Assert.Equal(0, await RunAsync(world, "second", "k2hdkc"));

        // The program first.
        await guest.ShellAsync("systemctl stop k2hdkc-slave-agent.service chmpx.service");
        await guest.ShellAsync($"systemd-run -q --unit=early -p RemainAfterExit=yes {Properties("member", "k2hdkc")} /usr/local/bin/user-program {port} {world.Cuk} 120");
        await UntilSaidAsync(guest, "early", "could not open");
        await guest.ShellAsync("systemctl start chmpx.service k2hdkc-slave-agent.service");
        await UntilSaidAsync(guest, "early", "set and read");
        Assert.Equal(1, await RunAsync(world, "outsider", "outsider"));

        // Every local user's, from chmpx's next start on; systemd has read that by then.
        await guest.ShellAsync("echo 'chmpx: {access: all}' >/etc/k2hdkc-slave-agent/conf.d/all.yaml && systemctl reload k2hdkc-slave-agent");
        await guest.UntilAsync("systemd has read the drop-in", async () => await guest.RunAsync("systemctl", "show", "--value", "-p", "UMask", "chmpx.service") == "0000");
        await guest.RunAsync("systemctl", "restart", "chmpx.service");
        await world.WaitForConnectionAsync();
        Assert.Equal(0, await RunAsync(world, "outsider", "outsider"));
        output.WriteLine(await guest.ShellAsync("systemctl cat chmpx.service; ls -la /var/lib/antpickax /dev/mqueue"));
    }

    private static string Properties(string user, string group) =>
        $"-p User={user} -p SupplementaryGroups={group} -p RemoveIPC=yes -p EnvironmentFile=/etc/k2hdkc-slave-agent/environment";

    private async Task<int> RunAsync(World world, string user, string group)
    {
        var result = await world.Guest.TryAsync(
            "sh", "-c", $"systemd-run -q --wait --pipe {Properties(user, group)} /usr/local/bin/user-program {world.Names.SlaveControlPort} {world.Cuk} 5");
        output.WriteLine($"{user} of the group {group}: {result.ExitCode} {result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()} {result.StandardError}");
        return result.ExitCode;
    }

    private static Task UntilSaidAsync(Guest guest, string unit, string words) => guest.UntilAsync(
        $"{unit} says {words}", async () => (await guest.ShellAsync($"journalctl -q --no-pager -o cat -u {unit}")).Contains(words, StringComparison.Ordinal));
}
