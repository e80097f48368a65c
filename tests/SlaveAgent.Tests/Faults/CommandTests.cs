using System.Net.Sockets;
using System.Text;
using SlaveAgent.Files;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Faults;

/// <summary>Host tools that fail, die, shout, lie, hang or leave something behind; once they work, so does the agent.</summary>
public sealed class CommandTests
{
    private static readonly (string Name, string Script, bool IsSlow)[] Ways =
    [
        ("fails", "echo 'it does not work' >&2; exit 1", false),
        ("fails with 255 and nothing said", "exit 255", false),
        ("dies by a signal", "kill -SEGV $$", false),
        ("kills itself", "kill -KILL $$", false),
        ("prints megabytes and fails", "yes 'and so on and so on and so on' | head -c 20000000; exit 1", false),
        ("prints one endless line and fails", "head -c 20000000 /dev/zero | tr '\\0' x; exit 1", false),
        ("prints noise and fails", "head -c 200000 /dev/urandom; exit 1", false),
        ("ends well without having done it", "exit 0", false),
        ("ends well and leaves a program behind that keeps its output open", "sleep 20 & exit 0", true),
        ("closes its output and takes a while", "exec >&- 2>&-; sleep 2; exit 1", true),
        ("is a directory's entry that is no program", "", false),
        ("hangs", "sleep 1000", true),
    ];

    [Theory]
    [InlineData("systemctl")]
    [InlineData("apt-get")]
    [InlineData("dpkg-query")]
    public async Task A_tool_that_fails_in_each_way_is_got_over_once_it_works(string tool)
    {
        var run = new FaultRun($"{tool} that fails");
        // A package manager is waited for however long it takes: one that hangs is tried apart from these.
        var ways = Ways.Where(way => FaultRun.IsLong ? way.Name != "hangs" || tool != "apt-get" : !way.IsSlow)
            .OrderBy(_ => run.Random.Next()).Take(FaultRun.Times(3, int.MaxValue)).ToList();
        foreach (var (name, script, _) in ways)
        {
            await using var host = await FaultHost.CreateAsync(servers: 2);
            var good = Good(host, tool);
            // Not there, until the package manager has done it.
            host.PutTool("dpkg-query", $"test -e '{host.At("/installed")}' && printf installed");
            host.PutTool("apt-get", $"case \"$*\" in *install*) touch '{host.At("/installed")}' ;; esac; exit 0");
            host.PutTool("systemctl", SystemctlOf(host));
            host.PutTool(tool, script.Length > 0 ? script : "\u007f\0\0\0");
            await using var daemon = host.Start(FaultHost.Program, "run", "--token-file", await TokenFileAsync(host), "--root", host.Root);
            await daemon.UntilAsync(
                () => daemon.HasEnded || host.Status?.Find(tool == "systemctl" ? ConditionTypes.ServicesRunning : ConditionTypes.PackagesInstalled) is { Status: not ConditionStatus.Unknown },
                run.Repeat($"a {tool} that {name} holds it up"));
            Assert.False(daemon.HasEnded, daemon.Output);
            Assert.True(daemon.Output.Length < 100_000, "it repeats all that the tool says");
            good();
            await daemon.UntilAsync(
                () => File.Exists(host.At("/installed")) && File.Exists(host.At("/started")) && host.IsCurrent(),
                run.Repeat($"after a {tool} that {name} it does not go on"));
        }

        run.Say($"{ways.Count} ways");
    }

    [Fact]
    public async Task A_source_that_is_out_of_order_keeps_nothing_from_being_installed_nor_does_a_second_architecture()
    {
        await using var host = await FaultHost.CreateAsync(servers: 2);
        host.PutTool("apt-get", $"case \"$*\" in *update*) echo 'E: The repository has no Release file.'; exit 100 ;; *install*) touch '{host.At("/installed")}' ;; esac");
        host.PutTool("dpkg-query", $"test -e '{host.At("/installed")}' && printf 'not-installed\\ninstalled\\n'");
        var (code, output) = await host.BootstrapAsync();
        Assert.True(code == 0, output);
        Assert.True(File.Exists(host.At("/installed")));
    }

    [Fact]
    public async Task A_package_manager_that_hangs_is_waited_for_and_the_rest_goes_on_when_it_has_ended()
    {
        var run = new FaultRun("apt-get that hangs");
        await using var host = await FaultHost.CreateAsync(servers: 2);
        host.PutTool("dpkg-query", $"test -e '{host.At("/installed")}' && printf installed");
        host.PutTool("apt-get", $"echo begun >> '{host.At("/begun")}'; while test ! -e '{host.At("/go-on")}'; do sleep 0.1; done; touch '{host.At("/installed")}'");
        await using var daemon = host.Start(FaultHost.Program, "run", "--token-file", await TokenFileAsync(host), "--root", host.Root);
        await daemon.UntilAsync(() => File.Exists(host.At("/begun")), "the package manager is not called");

        // On SIGTERM in the middle of the transaction, it exits after the transaction.
        daemon.Signal("SIGTERM");
        Assert.False(daemon.HasEnded);
        await File.WriteAllTextAsync(host.At("/go-on"), string.Empty, TestContext.Current.CancellationToken);
        Assert.Equal(0, await daemon.EndedAsync());
        Assert.True(File.Exists(host.At("/installed")));
        run.Say("1 way");
    }

    [Fact]
    public async Task A_systemd_without_a_notify_socket_does_not_stop_the_agent()
    {
        var run = new FaultRun("systemd's socket gone");
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        var path = Path.Join(Path.GetTempPath(), $"notify-{Guid.NewGuid():N}");
        var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        await using var daemon = host.Start("env", $"NOTIFY_SOCKET={path}", "WATCHDOG_USEC=20000000", FaultHost.Program, "run", "--root", host.Root);
        var told = new byte[1000];
        while (!Encoding.ASCII.GetString(told, 0, await systemd.ReceiveAsync(told, TestContext.Current.CancellationToken)).Contains("WATCHDOG=1", StringComparison.Ordinal))
        {
            // READY and STATUS come first.
        }

        systemd.Dispose();
        File.Delete(path);
        await host.ChangeAsync();
        await host.UntilCurrentAsync(daemon);

        Assert.False(daemon.HasEnded);
        run.Say("1 way");
    }

    private static Action Good(FaultHost host, string tool) => tool switch
    {
        "systemctl" => () => host.PutTool("systemctl", SystemctlOf(host)),
        "apt-get" => () => host.PutTool("apt-get", $"case \"$*\" in *install*) touch '{host.At("/installed")}' ;; esac; exit 0"),
        _ => () => host.PutTool("dpkg-query", $"test -e '{host.At("/installed")}' && printf installed"),
    };

    private static string SystemctlOf(FaultHost host) =>
        FaultHost.Systemctl($"$(test -e '{host.At("/started")}' && echo active || echo inactive)", $"touch '{host.At("/started")}'");

    private static async Task<string> TokenFileAsync(FaultHost host)
    {
        var path = host.At("/given-token");
        AtomicFile.Write(path, host.Token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return await Task.FromResult(path);
    }
}
