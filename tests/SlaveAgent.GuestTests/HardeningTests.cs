using System.Globalization;
using System.Text.Json;
using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

public sealed class HardeningTests(ITestOutputHelper output, GuestMachine machine)
{
    private const string Unit = "packaging/units/k2hdkc-slave-agent.service";
    private const UnixFileMode Program = (UnixFileMode)0x1ed;

    // A whole program for the 32-bit system calls: exit(42).
    private const string Exit32 =
        "f0VMRgEBAQAAAAAAAAAAAAIAAwABAAAAVIAECDQAAAAAAAAAAAAAADQAIAABAAAAAAAAAAEAAAAAAAAAAIAECACABAhbAAAAWwAAAAUAAAAAEAAAMcCzKkDNgA==";

    /// <summary>Not hardening: how the service is run, what it may write, and how a refused system call ends.</summary>
    private static readonly string[] Others =
    [
        "Type", "ExecStart", "ExecReload", "Restart", "RestartSec", "WatchdogSec", "TimeoutAbortSec", "TimeoutStopSec", "ConfigurationDirectory",
        "StateDirectory", "RuntimeDirectory", "RuntimeDirectoryPreserve", "SystemCallErrorNumber",
    ];

    /// <summary>systemd-nspawn itself takes the clock, the kernel's log and keyrings from the whole guest, and ignores device filters: nothing is left to hold.</summary>
    private static readonly string[] NotToBeShownHere = ["ProtectClock", "ProtectKernelLogs", "KeyringMode", "DevicePolicy"];

    [Fact]
    public async Task Every_hardening_directive_holds_while_the_agent_does_its_whole_work()
    {
        await using var world = await World.CreateAsync(machine, "hardened");
        var guest = world.Guest;
        guest.Put("/usr/local/bin/hardening-probe", Repository.Read("tests/SlaveAgent.GuestTests/Guests/hardening-probe"), Program);
        guest.Put("/usr/local/bin/exit-32", Convert.FromBase64String(Exit32), Program);
        guest.Put("/usr/lib/modules/probe-marker", "");
        guest.Put("/root/probe-marker", "");
        guest.Put("/etc/k2hdkc-slave-agent/conf.d/often.yaml", "watch:\n  k2hr3_interval: 3s\n");
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();

        // The same attempts with the agent's directives and without: those without show that the probe can fail.
        await guest.ShellAsync(
            """
            touch /tmp/probe-marker
            readlink /proc/1/ns/mnt >/run/k2hdkc-slave-agent/mounts-of-1
            printf '[Service]\nType=oneshot\nExecStart=/usr/local/bin/hardening-probe\n' >/etc/systemd/system/probe-open.service
            sed 's,^ExecStart=.*,ExecStart=/usr/local/bin/hardening-probe,; s/^Type=.*/Type=oneshot/; /^Restart/d; /^WatchdogSec/d' \
                /lib/systemd/system/k2hdkc-slave-agent.service >/etc/systemd/system/probe-hardened.service
            systemctl daemon-reload
            """);
        var open = await ProbeAsync(guest, "probe-open.service");
        var hardened = await ProbeAsync(guest, "probe-hardened.service");
        output.WriteLine(string.Join('\n', open.Zip(hardened, (without, with) => $"{without,-40} {with}")));
        Assert.All(open, line => Assert.True(line.EndsWith(" open", StringComparison.Ordinal) || line.EndsWith(" writable", StringComparison.Ordinal), line));
        Assert.All(hardened, line => Assert.False(line.EndsWith(" open", StringComparison.Ordinal), line));
        Assert.Equal(open.Count, hardened.Count);
        var directives = Repository.Read(Unit).Split("[Service]")[1].Split("[Install]")[0].Split('\n')
            .Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#')).Select(line => line.Split('=')[0]).Distinct();
        Assert.Equal(
            directives.Except(Others).Except(NotToBeShownHere).Order(),
            hardened.Where(line => line.Contains(" held", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]).Distinct().Order());

        await DoTheWholeWorkAsync(world);
        await ReadTheConnectionsAsync(world);
        await TakeTheTokenAsACredentialAsync(world);

        // The agent's own process, after that.
        var status = await guest.ShellAsync("cat /proc/$(systemctl show --value -p MainPID k2hdkc-slave-agent.service)/status");
        Assert.Contains("CapBnd:\t0000000000000000", status, StringComparison.Ordinal);
        Assert.Contains("CapEff:\t0000000000000000", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        var said = await guest.ShellAsync("journalctl -q --no-pager -o cat -u k2hdkc-slave-agent");
        Assert.DoesNotContain("denied", said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("not permitted", said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Read-only", said, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("", await guest.FailedUnitsAsync());
    }

    /// <summary>Registers, writes the configuration and the environment, sees to chmpx's drop-in and unit, and announces the connection.</summary>
    private static async Task DoTheWholeWorkAsync(World world)
    {
        var guest = world.Guest;
        await world.Cluster.AddAsync(1);
        await world.WaitForConnectionAsync();

        world.K2hr3.RemoveHost(world.Role, world.Cuk);
        await guest.UntilAsync("the host is registered again", () => Task.FromResult(world.K2hr3.Hosts(world.Role).Any(host => host.Cuk == world.Cuk)));
        await world.WaitForConnectionAsync();

        var chmpx = await guest.MainPidAsync("chmpx.service");
        await guest.ShellAsync(
            """
            systemctl stop k2hdkc-slave-agent.service k2hdkc-slave-ready.target
            systemctl disable --now chmpx.service
            rm /etc/antpickax/k2hdkc.ini /etc/k2hdkc-slave-agent/environment
            systemctl revert chmpx.service
            test ! -e /etc/systemd/system/chmpx.service.d
            systemctl start k2hdkc-slave-agent.service
            # What somebody stopped stays stopped, until somebody starts it; it requires the target.
            systemctl start --no-block user-app.service
            """);
        await world.WaitForConnectionAsync();
        await guest.UntilStateAsync("k2hdkc-slave-ready.target", "active");
        Assert.NotEqual(chmpx, await guest.MainPidAsync("chmpx.service"));
        Assert.Equal("enabled", await guest.RunAsync("systemctl", "is-enabled", "chmpx.service"));
        Assert.Contains("CHMCONFFILE=", await guest.RunAsync("cat", "/etc/k2hdkc-slave-agent/environment"), StringComparison.Ordinal);
        Assert.Contains("ExecStart=/usr/bin/chmpx", await guest.RunAsync("systemctl", "cat", "chmpx.service"), StringComparison.Ordinal);
        await guest.UntilStateAsync("user-app.service", "active");
    }

    /// <summary>From the kernel over netlink; without that from /proc. Either way nothing is restarted for it.</summary>
    private static async Task ReadTheConnectionsAsync(World world)
    {
        var guest = world.Guest;
        await guest.UntilAsync("the kernel tells of connections that end", async () => await DiagnosisSocketsAsync() > 0);
        await AssertEachServerHasAConnectionAsync();

        var chmpx = await guest.MainPidAsync("chmpx.service");
        await guest.ShellAsync(
            """
            mkdir -p /etc/systemd/system/k2hdkc-slave-agent.service.d
            printf '[Service]\nRestrictAddressFamilies=\nRestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n' >/etc/systemd/system/k2hdkc-slave-agent.service.d/families.conf
            systemctl daemon-reload
            systemctl restart k2hdkc-slave-agent.service
            """);
        await world.WaitForConnectionAsync();
        Assert.Equal(0, await DiagnosisSocketsAsync());
        await AssertEachServerHasAConnectionAsync();
        await world.Cluster.RemoveAsync(world.Cluster.Servers[^1]);
        await world.WaitForConnectionAsync();
        await AssertEachServerHasAConnectionAsync();
        Assert.Equal(chmpx, await guest.MainPidAsync("chmpx.service"));
        await guest.ShellAsync("rm -r /etc/systemd/system/k2hdkc-slave-agent.service.d; systemctl daemon-reload; systemctl restart k2hdkc-slave-agent.service");
        await world.WaitForConnectionAsync();

        // Protocol 4 is NETLINK_SOCK_DIAG; each line has a bit mask of the groups that are joined.
        async Task<int> DiagnosisSocketsAsync() =>
            int.Parse(await guest.ShellAsync("awk '$2 == 4 && $4 != \"00000000\"' /proc/net/netlink | wc -l"), CultureInfo.InvariantCulture);

        // What the daemon wrote: the command looks at the sockets itself.
        Task AssertEachServerHasAConnectionAsync() => guest.UntilAsync("each server's connection is known", async () =>
            JsonDocument.Parse(await guest.RunAsync("cat", "/run/k2hdkc-slave-agent/status.json")).RootElement.GetProperty("servers").GetProperty("list").EnumerateArray()
                .Count(server => server.GetProperty("connection").ValueKind == JsonValueKind.Object) == world.Cluster.Servers.Count);
    }

    /// <summary>As the manual page shows; a cluster that grew after that is learnt of with this token only.</summary>
    private static async Task TakeTheTokenAsACredentialAsync(World world)
    {
        var guest = world.Guest;
        await guest.ShellAsync(
            """
            mv /etc/antpickax/k2hr3-role-token /root/role-token
            mkdir /etc/systemd/system/k2hdkc-slave-agent.service.d
            printf '[Service]\nLoadCredential=k2hr3-role-token:/root/role-token\n' >/etc/systemd/system/k2hdkc-slave-agent.service.d/token.conf
            systemctl daemon-reload
            systemctl restart k2hdkc-slave-agent.service
            """);
        await world.Cluster.AddAsync(1);
        await world.WaitForConnectionAsync();
        Assert.NotEqual(0, (await guest.TryAsync("test", "-e", "/etc/antpickax/k2hr3-role-token")).ExitCode);
    }

    private static async Task<IReadOnlyList<string>> ProbeAsync(Guest guest, string unit)
    {
        await guest.RunAsync("systemctl", "start", unit);
        await guest.RunAsync("journalctl", "--sync");
        return (await guest.RunAsync("journalctl", "-q", "--no-pager", "-o", "cat", "-t", "hardening-probe", "-u", unit)).Split('\n');
    }
}
