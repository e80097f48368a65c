using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Diagnosing;
using SlaveAgent.Hosting;
using SlaveAgent.Sandbox.Scenario;

namespace SlaveAgent.Tests.Diagnosing;

/// <summary><c>doctor --key</c> with a stand-in for k2hdkclinetool, which says what the real one says, and with the real one where it is.</summary>
public sealed class KeyCheckTests
{
    private const string Tool = "k2hdkclinetool";

    /// <summary>Keeps values in a file, and repeats each command as the real one does.</summary>
    private const string Working =
        """
        for last; do :; done
        while read -r command key value more; do
            echo "> $command $key${value:+ $value}${more:+ $more}"
            case $command in
            set) [ "${more#expire=}" -gt 0 ] && echo "$value" >"$0.$key" ;;
            print) if [ -e "$0.$key" ]; then echo "\"$key\" => \"$(cat "$0.$key")\""; else echo "\"$key\" => value is not found"; fi ;;
            rm) rm "$0.$key" ;;
            quit) echo Quit.; exit ;;
            esac
        done <"$last"
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_of_its_own_is_set_read_and_removed_again()
    {
        await using var world = await DoctorWorld.CreateAsync();
        var check = await CheckAsync(world, Working);
        Assert.Equal((CheckVerdict.Ok, null, CheckGroup.Program), (check.Verdict, check.Reason, check.Group));
        Assert.Equal([Tool], Directory.EnumerateFiles(world.Directory.At("bin")).Select(Path.GetFileName));
        Assert.Equal(0, (await RunAsync(world, "doctor", "--key")).ExitCode);
    }

    [Fact]
    public async Task It_runs_as_the_user_that_is_asked_about()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run a program as another user");
        await using var world = await DoctorWorld.CreateAsync();
        File.SetUnixFileMode(world.Directory.Path, (UnixFileMode)0b111_101_101);
        File.AppendAllText(world.Directory.At("etc/passwd"), "nobody:x:65534:65534::/:/sbin/nologin\n");

        // As libpam-tmpdir makes it.
        Directory.CreateDirectory(world.Directory.At("tmp"), (UnixFileMode)0b111_000_000);
        var check = await CheckAsync(world, "for last; do :; done; echo \"user $(id -un)\" >&2; cat \"$last\" >/dev/null || echo unreadable >&2; exit 1", "--user", "nobody");
        Assert.Equal((CheckVerdict.Failed, "NotOpened", "nobody"), (check.Verdict, check.Reason, check.Subject));
        Assert.Contains("user nobody", check.Seen, StringComparison.Ordinal);
        Assert.DoesNotContain("unreadable", check.Seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody-of-this-name", nameof(CheckVerdict.Skipped))]
    [InlineData("root", nameof(CheckVerdict.Ok))]
    public async Task A_user_that_is_not_there_is_no_fault_of_the_clusters_and_the_own_one_needs_no_other_program(string user, string verdict)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root is root");
        await using var world = await DoctorWorld.CreateAsync();
        File.SetUnixFileMode(world.Directory.Put("bin/runuser", "#!/bin/sh\nexit 1\n"), (UnixFileMode)0b111_101_101);
        Assert.Equal(verdict, $"{(await CheckAsync(world, Working, "--user", user)).Verdict}");
    }

    [Theory]
    [InlineData("echo '[ERR] Could not join slave node chmpx.' >&2; exit 1", nameof(CheckVerdict.Failed), "NotOpened")]
    [InlineData("echo '[ERR] RESULT CODE(x - y)' >&2; echo '> quit'; exit 0", nameof(CheckVerdict.Failed), "NotRead")]
    public async Task A_cluster_that_takes_no_key_is_named(string script, string verdict, string reason)
    {
        await using var world = await DoctorWorld.CreateAsync();
        var check = await CheckAsync(world, script);
        Assert.Equal((verdict, reason), ($"{check.Verdict}", check.Reason));
        Assert.NotNull(check.Next);
    }

    [Fact]
    public async Task A_tool_that_does_not_end_is_ended_and_that_is_named()
    {
        await using var world = await DoctorWorld.CreateAsync();
        var check = await CheckAsync(world, "exec sleep 60");

        // The tool's own limit, or where a busy machine was late to start it the limit of all checks.
        Assert.True((check.Verdict, check.Reason) is (CheckVerdict.Failed, "TimedOut") or (CheckVerdict.Unknown, "Deadline"), $"{check}");
    }

    [Fact]
    public async Task Without_the_tool_or_a_configuration_it_is_skipped_and_without_a_request_nothing_is_done()
    {
        Assert.SkipWhen(CommandRunner.IsOnPath(Tool), $"{Tool} is here");
        await using var world = await DoctorWorld.CreateAsync();
        Assert.Equal(CheckVerdict.Skipped, (await CheckAsync(world, null)).Verdict);
        Assert.DoesNotContain((await RunAsync(world, "doctor", "--json")).StandardOutput, $"\"{CheckNames.Key}\"", StringComparison.Ordinal);
        File.Delete(world.IniPath);
        Assert.Equal(CheckVerdict.Skipped, (await CheckAsync(world, "exit 1")).Verdict);
    }

    /// <summary>As recorded with k2hdkclinetool of k2hdkc 1.0.19; its errors may stand anywhere.</summary>
    [Theory]
    [InlineData("> set k v\n> print k\n\"k\" => \"v\"\n> rm k\n> print k\n\"k\" => value is not found\n> quit\nQuit.\n", nameof(CheckVerdict.Ok), null)]
    [InlineData("> set k v\n> print k\n\"k\" => \"v\"\n> rm k\n> print k\n\"k\" => \"v\"\n> quit\nQuit.\n[ERR] some\n", nameof(CheckVerdict.Warning), "NotRemoved")]
    [InlineData("> set k v\n> print k\n\"k\" => \"other\"\n> rm k\n> print k\n\"k\" => value is not found\n", nameof(CheckVerdict.Failed), "NotRead")]
    [InlineData("[ERR] some\n> set k v\n> print k\n> rm k\n> print k\n> quit\nQuit.\n", nameof(CheckVerdict.Failed), "NotRead")]
    public void What_the_tool_prints_is_judged(string output, string verdict, string? reason)
    {
        var check = KeyCheck.Judge(new SlaveAgent.Hosting.CommandResult(0, output), "/etc/antpickax/k2hdkc.ini", "k", "v", TimeSpan.Zero);
        Assert.Equal((verdict, reason), ($"{check.Verdict}", check.Reason));
        Assert.Equal(output.Contains("[ERR]", StringComparison.Ordinal), check.Seen.Contains("[ERR] some", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "some", CommandFailure.NotStarted)]
    [InlineData(1, "runuser: some", null)]
    public void A_tool_that_was_not_run_says_nothing_of_the_cluster(int? code, string output, CommandFailure? failure)
    {
        var check = KeyCheck.Judge(new SlaveAgent.Hosting.CommandResult(code, output, failure), "/etc/antpickax/k2hdkc.ini", "k", "v", TimeSpan.Zero);
        Assert.Equal((CheckVerdict.Unknown, "NotStarted"), (check.Verdict, check.Reason));
    }

    /// <summary>The stand-in for chmpx keeps no shared memory, so that the real tool finds no cluster; that it understands what it is asked is told by that it says so.</summary>
    [Fact]
    public async Task The_real_tool_understands_what_it_is_asked()
    {
        Assert.SkipUnless(CommandRunner.IsOnPath(Tool), $"{Tool} is not on the PATH");
        await using var world = await DoctorWorld.CreateAsync();
        var check = await CheckAsync(world, null);
        Assert.Equal((CheckVerdict.Failed, "NotOpened"), (check.Verdict, check.Reason));
        Assert.Contains("Could not join slave node chmpx", check.Seen, StringComparison.Ordinal);
    }

    private static async Task<CheckResult> CheckAsync(DoctorWorld world, string? script, params string[] more)
    {
        if (script is not null)
        {
            File.SetUnixFileMode(world.Directory.Put($"bin/{Tool}", $"#!/bin/sh\n{script}\n"), (UnixFileMode)0b111_101_101);
        }

        var report = DiagnosisText.TryRead((await RunAsync(world, ["doctor", "--json", "--key", .. more])).StandardOutput)!;
        return Assert.Single(report.Checks, check => check.Name == CheckNames.Key);
    }

    private static async Task<BufferedCommandResult> RunAsync(DoctorWorld world, params string[] arguments) => await Cli.Wrap(AgentProgram.DefaultPath)
        .WithArguments([.. arguments, "--root", world.Directory.Path])
        .WithEnvironmentVariables(new Dictionary<string, string?> { ["PATH"] = $"{world.Directory.At("bin")}:{Environment.GetEnvironmentVariable("PATH")}", ["TMPDIR"] = world.Directory.At("tmp") })
        .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Cancel);
}
