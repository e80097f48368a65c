using System.Text.RegularExpressions;
using CliWrap;
using SlaveAgent.Files;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;
using SlaveAgent.Tests.Agent;
using SlaveAgent.Tests.Faults;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Security;

/// <summary>Where a role token could be read by another user: files as they are made, core files, command lines and environments.</summary>
public sealed partial class SecretsTests(ITestOutputHelper output)
{
    private const int ForOthers = 0b111_111;
    private const int WritableByOthers = 0b010_010;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_a_restrictive_umask_chmpxs_user_and_users_of_status_can_still_read_their_files()
    {
        await using var host = await FaultHost.CreateAsync(servers: 2);
        string[] directories = ["/etc/antpickax", "/run/k2hdkc-slave-agent", "/var/lib/k2hdkc-slave-agent"];
        foreach (var directory in directories.Select(host.At).Where(Directory.Exists))
        {
            Directory.Delete(directory, recursive: true);
        }

        var (code, said) = await host.BootstrapAsync("sh", "-c", "umask 077; exec \"$@\"", "sh");
        Assert.True(code == 0, said);
        Assert.All(directories, directory => Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(host.At(directory))));
    }

    [Fact]
    public async Task Whatever_the_umask_each_file_is_made_new_and_its_owners_only_and_each_directory_written_by_nobody_else()
    {
        await RequireStraceAsync();
        using var directory = new TempDirectory();
        var program = directory.Put("agent", $"""
            #!/bin/sh
            umask 0
            exec strace -f -qq -b execve -e trace=open,openat,creat,mkdir,mkdirat,prctl,setrlimit,prlimit64 -e signal=none -o {directory.Path}/trace.$$ {AgentProgram.DefaultPath} "$@"

            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var world = await AgentWorld.CreateAsync(servers: 1, program: program);
        await world.BootstrapAsync();
        await world.RunAsync("regenerate", "--force");

        var calls = Directory.EnumerateFiles(directory.Path, "trace.*").SelectMany(File.ReadLines).ToList();
        var made = calls.Select(line => Made().Match(line)).Where(m => m.Success && m.Groups["path"].Value.StartsWith(world.Layout.Root, StringComparison.Ordinal)).ToList();
        Assert.True(made.Count > 20, $"only {made.Count} files were made, of {calls.Count} calls");
        Assert.All(made, call => Assert.True(
            (call.Value.Contains("O_EXCL", StringComparison.Ordinal) || call.Groups["path"].Value.EndsWith(".lock", StringComparison.Ordinal)) && (Mode(call) & ForOthers) == 0,
            call.Value));
        Assert.Contains(made, call => call.Groups["path"].Value.Contains("role-token", StringComparison.Ordinal));

        var directories = calls.Select(line => DirectoryMade().Match(line)).Where(m => m.Success && m.Groups["path"].Value.StartsWith(world.Layout.Root, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(directories);
        Assert.All(directories, call => Assert.True((Mode(call) & WritableByOthers) == 0, call.Value));

        Assert.Contains(calls, call => call.Contains("RLIMIT_CORE, {rlim_cur=0, rlim_max=0}", StringComparison.Ordinal));
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Contains(calls, call => call.Contains("PR_SET_DUMPABLE, SUID_DUMP_DISABLE", StringComparison.Ordinal));
        }

        output.WriteLine($"{made.Count} files and {directories.Count} directories made under umask 0, of {calls.Count} calls");
    }

    [Fact]
    public async Task The_daemon_leaves_no_core_and_has_the_token_neither_in_its_environment_nor_on_its_command_line()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        await world.WatchAsync();
        var process = $"/proc/{await world.DaemonPidAsync()}";
        var limits = await File.ReadAllLinesAsync($"{process}/limits", Cancel);
        Assert.Matches(@"\s0\s+0\s+bytes\s*$", Assert.Single(limits, line => line.StartsWith("Max core file size", StringComparison.Ordinal)));
        foreach (var file in new[] { "environ", "cmdline" })
        {
            Assert.DoesNotContain(world.Token, await File.ReadAllTextAsync($"{process}/{file}", Cancel), StringComparison.Ordinal);
        }

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(world.Path("/etc/antpickax/k2hr3-role-token")));
    }

    [Fact]
    public async Task A_token_file_that_was_left_open_to_others_is_made_its_owners_only()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        var file = world.Path("/etc/antpickax/k2hr3-role-token");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, world.Token, Cancel);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        if (Environment.IsPrivilegedProcess)
        {
            Owners.Give(file, 4711);
        }

        await world.BootstrapAsync();
        var status = FileStatus.Of(file)!;
        Assert.Equal((UnixFileMode.UserRead | UnixFileMode.UserWrite, true), (status.Mode, status.IsOwn));
    }

    private static int Mode(Match call) => Convert.ToInt32(call.Groups["mode"].Value, 8);

    private static async Task RequireStraceAsync()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Select(d => Path.Join(d, "strace")).FirstOrDefault(File.Exists);
        Assert.SkipUnless(path is not null, "strace is not on the PATH");
        var result = await Cli.Wrap(path!).WithArguments(["-qq", "-b", "execve", "-o", "/dev/null", "true"]).WithValidation(CommandResultValidation.None).ExecuteAsync(Cancel);
        Assert.SkipUnless(result.ExitCode == 0, "strace may not trace here");
    }

    [GeneratedRegex("""(open|openat|creat)\((AT_FDCWD, )?"(?<path>[^"]+)", [^ ]*O_CREAT[^ ]*, (?<mode>[0-7]+)""")]
    private static partial Regex Made();

    [GeneratedRegex("""(mkdir|mkdirat)\((AT_FDCWD, )?"(?<path>[^"]+)", (?<mode>[0-7]+)""")]
    private static partial Regex DirectoryMade();
}
