using System.Text.Json;
using SlaveAgent.GuestTests.Guests;
using SlaveAgent.Hooks;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.GuestTests;

public sealed class HookTests(ITestOutputHelper output, GuestMachine machine)
{
    private const UnixFileMode Program = (UnixFileMode)0x1ed;
    private const string Hooks = "/etc/k2hdkc-slave-agent/hooks.d";

    /// <summary>Each as K2HR3 could bring it.</summary>
    private static readonly string[] Values =
    [
        "plain", "", "  spaces  ", "it's", "''", "\"q\" 'q'", "'\nLD_PRELOAD='/tmp/x.so", "a\r\nPATH=/tmp", "$HOME `id` $(id) ${PATH} \\$x \\", "\\n \\' \\\" %n %% #no ;no",
        "a\0b", "\u001b[2J\u0007\t\u007f\u0085", "a\u2028b\u202ec\ufeff", "\ud800x\udc00", "\uffff\ufdd0\U0001fffe", "サーバー \U0001f600", new string('x', 100_000),
    ];

    /// <summary>What the stand-in for systemd says that it reads, one variable each.</summary>
    private static readonly string[] Texts =
    [
        "A1=b c  ", "A2=", "A3=''", "# B=1", "; C=2", "no variable", "A4=b\\\nc", "A5=b\\c", "A6='b\\c'", "A7='b\nc'", "A8='b'\"'\"'c'", "A9=\"b\\\"\\\\\\$\\`\\c\"", "A10='b' \"c\"", "A11=b'c'", "A12=$B",
        "A13=1", "A13=2", "  A14 = b c", "A15=\"b\\\nc\"",
    ];

    [Fact]
    public async Task Hooks_run_outside_of_the_sandbox_after_each_change_and_one_that_fails_or_hangs_holds_up_nothing()
    {
        await using var world = await World.CreateAsync(machine, "hooks");
        var guest = world.Guest;

        // Below /root and with capabilities, neither of which the daemon has.
        guest.Put(
            $"{Hooks}/10-tell",
            """
            #!/bin/sh
            printf '%s|' "$K2HDKC_EVENT" "$K2HDKC_PREVIOUS_STATE" "$K2HDKC_STATE" "$K2HDKC_SERVERS_ADDED" "$K2HDKC_SERVERS_REMOVED" "$K2HDKC_SERVERS_CONNECTED" "$(id -u)" >>/root/told
            grep ^CapEff /proc/self/status >>/root/told

            """,
            Program);
        guest.Put("/etc/systemd/system/k2hdkc-slave-hook.service.d/limit.conf", "[Service]\nTimeoutStartSec=3s\n");
        guest.Put("/etc/systemd/system/on-change.path", Repository.Read("packaging/examples/on-change.path"));
        guest.Put("/etc/systemd/system/on-change.service", Repository.Read("packaging/examples/on-change.service").Replace("my-program", "user-app", StringComparison.Ordinal));
        guest.Link("/etc/systemd/system/multi-user.target.wants/on-change.path", "/etc/systemd/system/on-change.path");
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();
        var connected = await ToldAsync(guest, told => told[2] == "connected" && told[5] == "3");
        Assert.Equal("0", connected[6]);
        Assert.DoesNotContain("CapEff:\t0000000000000000", connected[7], StringComparison.Ordinal);
        await UntilReasonAsync(world, "AsDesired");
        Assert.Equal("600 root", await guest.RunAsync("stat", "-c", "%a %U", "/run/k2hdkc-slave-agent/hook.env"));
        Assert.Equal("root", await guest.RunAsync("stat", "-c", "%U", Hooks));

        // A server that leaves: another generation without it. One of the hooks fails, and one is everybody's.
        await guest.ShellAsync($"printf '#!/bin/sh\\nexit 3\\n' >{Hooks}/05-fails; cp {Hooks}/05-fails {Hooks}/06-open; chmod 755 {Hooks}/05-fails; chmod 757 {Hooks}/06-open");
        var lost = world.Cluster.Servers[^1];
        await world.Cluster.LoseAsync(lost);
        await world.Cluster.ForgetAsync(lost);
        await world.WaitForConnectionAsync();
        await ToldAsync(guest, told => told[0] == "generation" && told[2] == "connected" && told[4].Length > 0 && told[5] == "2");
        await UntilReasonAsync(world, "HooksFailed");
        var status = await HooksAsync(world);
        Assert.Equal("failed", status.GetProperty("result").GetString());
        Assert.Equal(["05-fails Exit", "06-open Refused"], status.GetProperty("failed").EnumerateArray().Select(failure => $"{failure.GetProperty("name").GetString()} {failure.GetProperty("reason").GetString()}"));
        Assert.Equal("1", await guest.RunAsync("systemctl", "show", "--value", "-p", "ExecMainStatus", "k2hdkc-slave-hook.service"));
        output.WriteLine((await guest.TryAsync("k2hdkc-slave-agent", "status")).StandardOutput);

        // One that does not end, whatever it is sent.
        await guest.ShellAsync($"rm {Hooks}/05-fails {Hooks}/06-open; printf '#!/bin/sh\\ntrap \"\" TERM\\nwhile :; do sleep 1; done\\n' >{Hooks}/05-hangs; chmod 755 {Hooks}/05-hangs");
        await world.Cluster.AddAsync(1);
        await world.WaitForConnectionAsync();
        await UntilReasonAsync(world, "HooksTimedOut");
        Assert.Equal(["05-hangs TimedOut", "10-tell NotRun"], (await HooksAsync(world)).GetProperty("failed").EnumerateArray().Select(failure => $"{failure.GetProperty("name").GetString()} {failure.GetProperty("reason").GetString()}"));
        await guest.UntilAsync("nothing is left of it", async () => (await guest.TryAsync("pgrep", "-f", "[0]5-hangs")).ExitCode != 0);
        Assert.Equal("timeout", await guest.RunAsync("systemctl", "show", "--value", "-p", "Result", "k2hdkc-slave-hook.service"));
        await guest.ShellAsync($"rm {Hooks}/05-hangs");

        // Lost, and back: the example's path unit sees the same, and restarts the program.
        var program = await guest.MainPidAsync("user-app.service");
        var servers = world.Cluster.Servers.Count;
        foreach (var server in world.Cluster.Servers.ToList())
        {
            await world.Cluster.LoseAsync(server);
            await world.Cluster.ForgetAsync(server);
        }

        await ToldAsync(guest, told => told[2] == "disconnected");
        Assert.Equal(program, await guest.MainPidAsync("user-app.service"));
        await world.Cluster.RestoreAsync(servers);
        await world.WaitForConnectionAsync();
        await guest.UntilAsync("the program was restarted", async () => await guest.MainPidAsync("user-app.service") is not ("0" or "") and var now && now != program);
        await UntilReasonAsync(world, "AsDesired");
        output.WriteLine(await guest.RunAsync("cat", "/root/told"));
        output.WriteLine(await guest.ShellAsync("journalctl -q --no-pager -o short-monotonic -u k2hdkc-slave-hook -u on-change.service -u on-change.path"));
        Assert.Equal("", await guest.FailedUnitsAsync());
    }

    [Fact]
    public async Task The_real_parser_reads_each_value_as_it_was_written_and_as_the_stand_in_reads_it()
    {
        await using var world = await World.CreateAsync(machine, "values");
        var guest = world.Guest;
        var written = EnvironmentText.Of(Values.Select((value, i) => KeyValuePair.Create($"V{i}", value)).Append(KeyValuePair.Create("LAST", "1")));
        guest.Put("/etc/values.env", written);
        guest.Put("/etc/texts.env", string.Join('\n', Texts) + "\n");
        guest.Put("/etc/systemd/system/values.service", "[Service]\nType=oneshot\nEnvironmentFile=/etc/values.env\nExecStart=/bin/sh -c 'cat /proc/self/environ >/run/values.out'\n");
        guest.Put("/etc/systemd/system/texts.service", "[Service]\nType=oneshot\nEnvironmentFile=/etc/texts.env\nExecStart=/bin/sh -c 'cat /proc/self/environ >/run/texts.out'\n");

        // What a value must not have (Hosting/README.md, "systemd"): a control character arrives as it is, and a noncharacter loses all of the file.
        guest.Put("/etc/control.env", "BEFORE=1\nV='a\u0001b'\nAFTER=2\n");
        guest.Put("/etc/nonchar.env", "V='a\uffffb'\n");
        guest.Put("/etc/systemd/system/control.service", "[Service]\nType=oneshot\nEnvironmentFile=/etc/control.env\nExecStart=/bin/sh -c 'cat /proc/self/environ >/run/control.out'\n");
        guest.Put("/etc/systemd/system/nonchar.service", "[Service]\nType=oneshot\nEnvironmentFile=/etc/nonchar.env\nExecStart=/bin/true\n");
        await guest.BootAsync();
        await world.CloudInitAsync();
        await guest.RunAsync("systemctl", "start", "values.service", "texts.service", "control.service");
        var control = await ReadAsync(guest, "/run/control.out");
        Assert.Equal(("1", "a\u0001b", "2"), (control.GetValueOrDefault("BEFORE"), control.GetValueOrDefault("V"), control.GetValueOrDefault("AFTER")));
        Assert.NotEqual(0, (await guest.TryAsync("systemctl", "start", "nonchar.service")).ExitCode);
        Assert.Equal("resources", await guest.RunAsync("systemctl", "show", "--value", "-p", "Result", "nonchar.service"));
        var values = await ReadAsync(guest, "/run/values.out");
        for (var i = 0; i < Values.Length; i++)
        {
            Assert.Equal(EnvironmentText.Plain(Values[i]), values.GetValueOrDefault($"V{i}"));
        }

        Assert.Equal("1", values["LAST"]);
        var inherited = await ReadAsync(guest, "/run/texts.out");
        Assert.All(EnvironmentFile.Read(string.Join('\n', Texts) + "\n"), variable => Assert.Equal((variable.Key, variable.Value), (variable.Key, inherited.GetValueOrDefault(variable.Key))));
    }

    /// <summary>The first line that the hook wrote and for which this holds, in its parts.</summary>
    private static async Task<string[]> ToldAsync(Guest guest, Func<string[], bool> isIt)
    {
        string[]? found = null;
        await guest.UntilAsync("the hook was told of it", async () =>
        {
            var lines = (await guest.TryAsync("cat", "/root/told")).StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|')).Where(line => line.Length == 8);
            return (found = lines.LastOrDefault(isIt)) is not null;
        });
        return found!;
    }

    private static Task UntilReasonAsync(World world, string reason) => world.Guest.UntilAsync($"HooksRun has the reason {reason}", async () => await world.ReasonAsync("HooksRun") == reason);

    private static async Task<JsonElement> HooksAsync(World world) => (await world.StatusAsync())!.Value.GetProperty("hooks");

    private static async Task<Dictionary<string, string>> ReadAsync(Guest guest, string path) => (await guest.RunAsync("cat", path)).Split('\0', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
}
