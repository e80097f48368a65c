using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Hosting;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

public sealed class CommandRunnerTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly TempDirectory _directory = new();
    private readonly CommandRunner _commands = new(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_tool_that_ends_well_is_done_and_its_output_and_errors_are_kept()
    {
        var result = await _commands.RunAsync("sh", ["-c", "echo out; echo err >&2"], Long, Cancel);
        Assert.True(result.IsDone);
        Assert.Equal(["err", "out"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public async Task A_tool_that_fails_has_its_exit_code_and_its_last_lines()
    {
        var result = await _commands.RunAsync("sh", ["-c", "for i in 1 2 3 4 5; do echo line $i; done; exit 7"], Long, Cancel);
        Assert.False(result.IsDone);
        Assert.Equal(7, result.ExitCode);
        Assert.Equal("line 3 / line 4 / line 5", result.LastLines());
        Assert.Equal("line 5", result.LastLines(1));
    }

    [Theory]
    [InlineData("LC_ALL", "C.UTF-8")]
    [InlineData("DEBIAN_FRONTEND", "noninteractive")]
    [InlineData("NEEDRESTART_SUSPEND", "1")]
    [InlineData("APT_LISTCHANGES_FRONTEND", "none")]
    [InlineData("UCF_FORCE_CONFFOLD", "1")]
    public async Task A_tool_asks_nothing_and_restarts_nothing(string variable, string value)
    {
        Assert.Equal($"{value}\n", (await _commands.RunAsync("printenv", [variable], Long, Cancel)).Output);
        Assert.Equal($"{value}\n", (await CommandRunner.RunToCompletionAsync("printenv", [variable])).Output);
    }

    [Fact]
    public async Task Of_much_output_the_lines_that_matter_are_kept()
    {
        var result = await _commands.RunAsync("sh", ["-c", "echo wanted; seq 100000"], Long, Cancel, line => line == "wanted");
        Assert.Equal("wanted\n", result.Output);
    }

    [Fact]
    public async Task A_tool_that_is_not_there_is_a_result_and_no_exception()
    {
        var result = await _commands.RunAsync("no-such-tool-anywhere", [], Long, Cancel);
        Assert.Equal((null, CommandFailure.NotOnPath), (result.ExitCode, result.Failure));
        Assert.Contains("no-such-tool-anywhere", result.LastLines(), StringComparison.Ordinal);
        Assert.Equal(result, await CommandRunner.RunToCompletionAsync("no-such-tool-anywhere", []));
    }

    [Fact]
    public async Task Arguments_reach_the_tool_as_they_are_and_no_shell_reads_them()
    {
        string[] arguments = ["$(touch pwned)", "a;touch pwned", "`touch pwned`", "*", "~", "a b", "", "'\"\\", "-n", "a\nb", "é"];
        var result = await _commands.RunAsync("printf", [@"<%s>\n", .. arguments], Long, Cancel);
        Assert.Equal(string.Concat(arguments.Select(a => $"<{a}>\n")), result.Output);
        Assert.False(File.Exists("pwned"));
    }

    [Fact]
    public async Task A_tool_planted_where_the_agent_happens_to_stand_is_not_run()
    {
        // .NET looks beside the executable and in the current directory before it looks at PATH.
        var name = $"planted-{Guid.NewGuid():N}";
        foreach (var place in (string[])[Environment.CurrentDirectory, Path.GetDirectoryName(Environment.ProcessPath)!])
        {
            var planted = Path.Join(place, name);
            await File.WriteAllTextAsync(planted, "#!/bin/sh\necho planted\n", Cancel);
            File.SetUnixFileMode(planted, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            try
            {
                Assert.Null((await _commands.RunAsync(name, [], Long, Cancel)).ExitCode);
            }
            finally
            {
                File.Delete(planted);
            }
        }
    }

    [Fact]
    public async Task A_tool_speaks_one_language_and_asks_nothing()
    {
        var result = await _commands.RunAsync("sh", ["-c", "echo $LC_ALL $DEBIAN_FRONTEND"], Long, Cancel);
        Assert.Equal("C.UTF-8 noninteractive", result.Output.Trim());
    }

    [Fact]
    public async Task A_tool_gets_no_input_and_so_waits_for_none() => Assert.Equal(0, (await _commands.RunAsync("cat", [], Long, Cancel)).ExitCode);

    [Fact]
    public async Task A_tool_that_hangs_is_given_up_and_killed_with_its_children()
    {
        var time = new FakeTimeProvider();
        var pids = _directory.At("pids");
        var running = new CommandRunner(time).RunAsync(
            "sh", ["-c", "sleep 1000 & echo $! >> \"$1.part\"; echo $$ >> \"$1.part\"; mv \"$1.part\" \"$1\"; echo begun; wait", "sh", pids], Long, Cancel);
        await Eventually.IsTrueAsync(() => File.Exists(pids), "the tool has begun");
        time.Advance(Long - TimeSpan.FromSeconds(1));
        Assert.False(running.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        var result = await running;
        Assert.Equal((null, CommandFailure.TimedOut), (result.ExitCode, result.Failure));
        Assert.All(["sh", "300 s"], value => Assert.Contains(value, result.LastLines(1), StringComparison.Ordinal));
        await AssertGoneAsync(pids);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tool_that_leaves_a_program_behind_which_keeps_its_output_open_has_ended_all_the_same(bool mayBeKilled)
    {
        // As a package does whose script starts a server without letting go of apt's output.
        string[] arguments = ["-c", "sleep 300 & echo $!"];
        var running = mayBeKilled ? _commands.RunAsync("sh", arguments, Long, Cancel) : CommandRunner.RunToCompletionAsync("sh", arguments);
        var result = await running.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        using var left = System.Diagnostics.Process.GetProcessById(int.Parse(result.Output, CultureInfo.InvariantCulture));
        Assert.True(result.IsDone);
        Assert.False(left.HasExited);
        left.Kill();
    }

    [Fact]
    public async Task A_tool_that_is_no_longer_wanted_is_killed_with_its_children()
    {
        var pids = _directory.At("pids");
        using var cancel = new CancellationTokenSource();
        var running = _commands.RunAsync("sh", ["-c", "sleep 1000 & echo $! > \"$1.part\"; mv \"$1.part\" \"$1\"; wait", "sh", pids], Long, cancel.Token);
        await Eventually.IsTrueAsync(() => File.Exists(pids), "the tool has begun");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await AssertGoneAsync(pids);
    }

    [Fact]
    public async Task Megabytes_of_output_end_as_their_last_lines()
    {
        var result = await _commands.RunAsync("seq", ["1", "2000000"], Long, Cancel);
        Assert.True(result.IsDone);
        Assert.Equal("1999999 / 2000000", result.LastLines(2));
        Assert.InRange(result.Output.Length, 1, 8 * 1024);
    }

    [Fact]
    public async Task One_endless_line_ends_as_a_few_kilobytes()
    {
        var result = await _commands.RunAsync("sh", ["-c", "head -c 3000000 /dev/zero | tr '\\0' a"], Long, Cancel);
        Assert.True(result.IsDone);
        Assert.InRange(result.Output.Length, 1, 8 * 1024);
    }

    [Fact]
    public async Task A_tool_that_dies_by_a_signal_is_not_done()
    {
        var result = await _commands.RunAsync("sh", ["-c", "kill -KILL $$"], Long, Cancel);
        Assert.False(result.IsDone);
    }

    [Fact]
    public async Task What_must_not_be_killed_is_waited_for()
    {
        var result = await CommandRunner.RunToCompletionAsync("sh", ["-c", "sleep 0.2; echo whole"]);
        Assert.Equal("whole", result.Output.Trim());
    }

    private static async Task AssertGoneAsync(string pids)
    {
        foreach (var line in await File.ReadAllLinesAsync(pids, Cancel))
        {
            var pid = int.Parse(line, CultureInfo.InvariantCulture);
            await Eventually.IsTrueAsync(() => !IsAlive(pid), $"process {pid} is gone");
        }
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
