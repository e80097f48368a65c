using System.Text.Json;
using SlaveAgent.GuestTests.Guests;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.GuestTests;

/// <summary>Faults that only a host with a real systemd, package manager and kernel has. The agent is stopped, or it would put them right.</summary>
public sealed class DoctorTests(GuestMachine machine)
{
    private const string StopAgent = "systemctl stop k2hdkc-slave-agent.service";

    /// <summary>Each with the check and the code that name it, and what takes it back.</summary>
    private static readonly (string Check, string Reason, string Break, string Repair)[] Faults =
    [
        ("agent", "NoAgent", ":", ":"),
        ("unit", "Masked", "systemctl mask -q --runtime --now chmpx.service", "systemctl unmask -q --runtime chmpx.service; systemctl start chmpx.service"),
        ("unit", "NotFound", "systemctl stop chmpx.service; mv /lib/systemd/system/chmpx.service /root; systemctl daemon-reload", "mv /root/chmpx.service /lib/systemd/system; systemctl daemon-reload; systemctl start chmpx.service"),
        ("unit", "Disabled", "systemctl disable -q chmpx.service", "systemctl enable -q chmpx.service"),
        ("unit", "NeedsReload", "printf '[Service]\\nNice=1\\n' >/etc/systemd/system/chmpx.service.d/zz.conf", "rm /etc/systemd/system/chmpx.service.d/zz.conf; systemctl daemon-reload"),
        ("chmpx", "Unresponsive", "systemctl kill -s STOP chmpx.service", "systemctl kill -s CONT chmpx.service"),
        ("packages", "PackagesMissing", "dpkg --force-depends -r k2hdkc-dbaas-override-conf", "apt-get -qq -y install k2hdkc-dbaas-override-conf"),
        ("chmpx-user", "ChmpxGroupMissing", "cp /etc/group /root/group; sed -i '/^k2hdkc:/d' /etc/group", "cp /root/group /etc/group"),
        ("message-limit", "TooLow", "sysctl -q -w fs.mqueue.msg_max=5", "sysctl -q -w fs.mqueue.msg_max=1025"),
        ("token", "Exposed", "chmod 644 /etc/antpickax/k2hr3-role-token", "chmod 600 /etc/antpickax/k2hr3-role-token"),
        ("ini-content", "ForeignFile", "cp -p /etc/antpickax/k2hdkc.ini /root; echo '# mine' >>/etc/antpickax/k2hdkc.ini", "cp -p /root/k2hdkc.ini /etc/antpickax"),
        ("k2hr3-name", "NameResolution", "sed -i 's,//[0-9.]*:,//k2hr3.nowhere.invalid:,' /etc/antpickax/k2hr3-api-uri /var/lib/k2hdkc-slave-agent/identity/*.json", "sed -i 's,//k2hr3.nowhere.invalid:,//ADDRESS:,' /etc/antpickax/k2hr3-api-uri /var/lib/k2hdkc-slave-agent/identity/*.json"),
    ];

    [Fact]
    public async Task Doctor_says_nothing_of_a_healthy_guest_and_names_each_fault()
    {
        await using var world = await World.CreateAsync(machine, "doctor");
        var guest = world.Guest;
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();
        await guest.UntilStateAsync("k2hdkc-slave-ready.target", "active");

        // The guests' K2HR3 speaks plain http.
        Assert.Equal(["k2hr3-tls PlainHttp"], await DiagnoseAsync(guest));
        await guest.ShellAsync(StopAgent);
        var missed = new List<string>();
        foreach (var (check, reason, breaking, repair) in Faults)
        {
            await guest.ShellAsync(breaking);
            var found = await DiagnoseAsync(guest);
            if (!found.Contains($"{check} {reason}"))
            {
                missed.Add($"{check} {reason}: {string.Join(", ", found)}");
            }

            await guest.ShellAsync(repair.Replace("ADDRESS", world.Address.ToString(), StringComparison.Ordinal));
        }

        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.Stopped), TestContext.Current.CancellationToken);
        Assert.Contains("k2hr3-address Connection", await DiagnoseAsync(guest));
        await world.K2hr3.SetOutageAsync(Outage.None, TestContext.Current.CancellationToken);
        await world.Cluster.LoseAsync(world.Cluster.Servers[0]);
        await guest.UntilAsync("doctor sees that a server is down", async () => (await DiagnoseAsync(guest)).Contains("server-state Down"));
        Assert.Contains("user-group NotAMember", await DiagnoseAsync(guest, "--user", "nobody"));
        Assert.Empty(missed);
    }

    private static async Task<IReadOnlyList<string>> DiagnoseAsync(Guest guest, params string[] options)
    {
        var said = (await guest.TryAsync(["k2hdkc-slave-agent", "doctor", "--json", .. options])).StandardOutput;
        return [.. JsonDocument.Parse(said).RootElement.GetProperty("checks").EnumerateArray()
            .Where(check => check.GetProperty("reason").ValueKind == JsonValueKind.String)
            .Select(check => $"{check.GetProperty("name").GetString()} {check.GetProperty("reason").GetString()}").Distinct()];
    }
}
