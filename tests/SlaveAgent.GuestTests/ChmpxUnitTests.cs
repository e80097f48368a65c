using System.Text.RegularExpressions;
using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

/// <summary>What chmpx's drop-in does under a real systemd.</summary>
public sealed class ChmpxUnitTests(ITestOutputHelper output, GuestMachine machine)
{
    /// <summary>As 0.1.0 wrote it where the user that it looked for was not in /etc/passwd: chmpx was root's.</summary>
    private const string DropInOf010 =
        """
        # Written by k2hdkc-slave-agent, because chmpx.supervision is direct; changes are overwritten.
        [Unit]
        StartLimitIntervalSec=0
        ConditionPathExists=/etc/antpickax/k2hdkc.ini

        [Service]
        Type=simple
        # The names stand for what chmpx's package makes, open to the programs that share its memory files.
        StateDirectory=antpickax
        StateDirectoryMode=0777
        RuntimeDirectory=antpickax
        RuntimeDirectoryMode=0777
        RuntimeDirectoryPreserve=yes
        LimitMSGQUEUE=infinity
        ExecStartPre=
        # Where the kernel's settings are read-only, chmpx itself tells whether they do.
        ExecStartPre=-+/sbin/sysctl -q -w fs.mqueue.msg_max=1025 fs.mqueue.queues_max=1025
        ExecStart=
        ExecStart=/usr/bin/chmpx -conf /etc/antpickax/k2hdkc.ini
        ExecStop=
        PIDFile=
        KillSignal=SIGHUP
        TimeoutStopSec=10s
        Restart=always
        RestartSec=200ms

        """;

    [Fact]
    public async Task A_chmpx_that_ends_again_and_again_is_paced_and_a_new_configuration_starts_it_at_once()
    {
        await using var world = await World.CreateAsync(machine, "paced", new() { SlaveKeys = TroveRole.Keys });
        var guest = world.Guest;
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();
        await guest.UntilStateAsync("k2hdkc-slave-ready.target", "active");

        // The agent is stopped, because it restarts a chmpx that does not answer; chmpx is replaced by one that exits immediately.
        await guest.ShellAsync(
            """
            systemctl stop k2hdkc-slave-agent.service chmpx.service
            mv /usr/bin/chmpx /usr/bin/chmpx.good
            printf '#!/bin/sh\necho $(id -un) $(id -gn) $(umask) chmpx ends\n' >/usr/bin/chmpx
            chmod 755 /usr/bin/chmpx
            touch /var/lib/antpickax/ring-1.chmpx.bup /var/lib/antpickax/ring-1.chmpx.bup.0 /var/lib/antpickax/mine.bup
            systemctl start chmpx.service
            """);
        await guest.UntilAsync("five starts have failed", async () => (await WaitsAsync(guest)).Count >= 5);

        // It waits 8 s; the new configuration ends that, and the start of a chmpx that runs is none that failed.
        var backups = await guest.ShellAsync(
            "ls /var/lib/antpickax | grep bup; mv /usr/bin/chmpx.good /usr/bin/chmpx && cp -p /etc/antpickax/k2hdkc.ini /etc/antpickax/new && mv /etc/antpickax/new /etc/antpickax/k2hdkc.ini");
        Assert.Equal("mine.bup", backups);
        Assert.Equal(["0.5", "1", "2", "4", "8"], (await WaitsAsync(guest)).Take(5));
        Assert.Contains("k2hdkc k2hdkc 0007 chmpx ends", await JournalAsync(guest), StringComparison.Ordinal);
        await guest.UntilAsync("every server has the slave", world.HaveServersTheSlaveAsync);
        var waits = (await WaitsAsync(guest)).Count;
        Assert.Equal(5, waits);

        // Asked for: no wait, however often.
        await guest.ShellAsync("systemctl restart chmpx.service && systemctl restart chmpx.service");
        await guest.UntilAsync("every server has the slave", world.HaveServersTheSlaveAsync);
        Assert.Equal(waits, (await WaitsAsync(guest)).Count);

        // Without the agent the drop-in still runs chmpx, and has it back when it is killed.
        await guest.ShellAsync("mv /usr/bin/k2hdkc-slave-agent /usr/bin/k2hdkc-slave-agent.away && systemctl restart chmpx.service");
        var chmpx = await guest.MainPidAsync("chmpx.service");
        await guest.RunAsync("systemctl", "kill", "-s", "KILL", "chmpx.service");
        await guest.UntilAsync("chmpx runs again", async () => await guest.MainPidAsync("chmpx.service") is not "0" and var now && now != chmpx);
        await guest.UntilAsync("every server has the slave", world.HaveServersTheSlaveAsync);
        await guest.ShellAsync("mv /usr/bin/k2hdkc-slave-agent.away /usr/bin/k2hdkc-slave-agent && systemctl start k2hdkc-slave-agent.service");
        await world.WaitForConnectionAsync();
        output.WriteLine(await JournalAsync(guest));
    }

    [Fact]
    public async Task A_copy_of_a_registered_machines_disk_does_not_start_chmpx_and_that_is_no_failure()
    {
        await using var world = await World.CreateAsync(machine, "clone");
        var guest = world.Guest;
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();

        await guest.ShellAsync(
            """
            systemctl stop k2hdkc-slave-agent.service chmpx.service
            mv /usr/bin/k2hdkc-slave-agent /usr/bin/k2hdkc-slave-agent.real
            printf '#!/bin/sh\n[ "$1" != check-machine ] || exit 1\nexec /usr/bin/k2hdkc-slave-agent.real "$@"\n' >/usr/bin/k2hdkc-slave-agent
            chmod 755 /usr/bin/k2hdkc-slave-agent
            systemctl start chmpx.service
            """);
        await guest.UntilStateAsync("chmpx.service", "inactive");
        Assert.Equal("exec-condition", await guest.RunAsync("systemctl", "show", "--value", "-p", "Result", "chmpx.service"));
        Assert.Equal("", await guest.FailedUnitsAsync());

        // Any other end of the check is no reason to be without chmpx: an older agent does not know the command.
        await guest.ShellAsync("sed -i 's/exit 1/exit 2/' /usr/bin/k2hdkc-slave-agent && systemctl start chmpx.service");
        await guest.UntilAsync("every server has the slave", world.HaveServersTheSlaveAsync);
    }

    [Theory]
    [InlineData("up010", false)]
    [InlineData("up010real", true)]
    public async Task An_upgrade_from_0_1_0_keeps_chmpx_as_it_runs_and_its_next_start_is_another_users(string name, bool isReal)
    {
        await using var world = await World.CreateAsync(machine, name, new() { IsReal = isReal });
        var guest = world.Guest;
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();

        // A host as 0.1.0 left it: its drop-in, and a chmpx of root's in directories that are open to everybody.
        await guest.ShellAsync("systemctl stop k2hdkc-slave-agent.service chmpx.service");
        await guest.ShellAsync($"cat >/etc/systemd/system/chmpx.service.d/k2hdkc-slave-agent.conf <<'END'\n{DropInOf010}END\n");
        await guest.ShellAsync(
            """
            groupdel k2hdkc 2>/dev/null || { userdel k2hdkc; groupdel k2hdkc 2>/dev/null || :; useradd --system --no-create-home --no-user-group --gid nogroup k2hdkc; }
            rm -rf /var/lib/antpickax/* /var/lib/antpickax/.[!.]* /dev/mqueue/*
            chown root:root /var/lib/antpickax /run/antpickax
            chmod 0777 /var/lib/antpickax /run/antpickax
            systemctl daemon-reload
            systemctl start chmpx.service
            """);

        // Connected to all, or the agent would restart it; after a restart, the real one may stay connected to only some of them.
        await guest.UntilAsync("every server has the slave of a chmpx of root's", async () =>
        {
            if (await HaveServersTheSlaveSoonAsync(world))
            {
                return true;
            }

            await guest.RunAsync("systemctl", "restart", "chmpx.service");
            return false;
        });
        var chmpx = await guest.MainPidAsync("chmpx.service");
        Assert.Equal("root", await guest.ShellAsync($"stat -c %U /proc/{chmpx}"));

        await guest.RunAsync("systemctl", "start", "k2hdkc-slave-agent.service");
        await world.WaitForConnectionAsync();
        await guest.UntilAsync("systemd has read the new drop-in", async () => await guest.RunAsync("systemctl", "show", "--value", "-p", "User", "chmpx.service") == "k2hdkc");
        Assert.Equal("no", await guest.RunAsync("systemctl", "show", "--value", "-p", "NeedDaemonReload", "chmpx.service"));
        Assert.Equal(chmpx, await guest.MainPidAsync("chmpx.service"));
        Assert.NotEqual("", await guest.RunAsync("getent", "group", "k2hdkc"));

        // Killed: root's memory files and queues stay, which another user's chmpx can neither rename nor unlink.
        await guest.RunAsync("systemctl", "kill", "-s", "KILL", "chmpx.service");
        await guest.UntilAsync("chmpx is another user's", async () =>
            await guest.MainPidAsync("chmpx.service") is not "0" and var now && now != chmpx && (await guest.TryAsync("stat", "-c", "%U", $"/proc/{now}")).StandardOutput.Trim() == "k2hdkc");
        await world.WaitForConnectionAsync();
        Assert.Equal("2770 k2hdkc k2hdkc", await guest.RunAsync("stat", "-c", "%a %U %G", "/var/lib/antpickax"));
        Assert.Equal("", await guest.FailedUnitsAsync());
        output.WriteLine(await JournalAsync(guest));
        output.WriteLine(await guest.ShellAsync("ls -la /var/lib/antpickax /dev/mqueue"));
    }

    private static async Task<bool> HaveServersTheSlaveSoonAsync(World world)
    {
        for (var look = 0; look < 20; look++)
        {
            if (await world.HaveServersTheSlaveAsync())
            {
                return true;
            }

            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        return false;
    }

    /// <summary>The waits before chmpx's starts so far, in seconds: of a line that says after how long chmpx ended and in how long it is started, the second number.</summary>
    private static async Task<List<string>> WaitsAsync(Guest guest) =>
    [
        .. (await JournalAsync(guest)).Split('\n')
            .Select(line => Regex.Matches(line, @"\b([0-9.]+) s\b"))
            .Where(durations => durations.Count == 2)
            .Select(durations => durations[1].Groups[1].Value),
    ];

    private static Task<string> JournalAsync(Guest guest) => guest.ShellAsync("journalctl -q --no-pager -o cat -u chmpx");
}
