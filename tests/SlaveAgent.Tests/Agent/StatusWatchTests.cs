using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary><c>status --watch</c> on a real terminal and beside it, with an agent whose status a test writes.</summary>
public sealed partial class StatusWatchTests : IDisposable
{
    private const string Enter = "\e[?1049h";
    private const string Leave = "\e[?25h\e[?1049l";

    private readonly TempDirectory _directory = new();
    private readonly FileLock _daemon;

    public StatusWatchTests()
    {
        _daemon = FileLock.TryTake(_directory.Root.Agent.DaemonLock)!;
        Say(Status(2));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _daemon.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("keys", ConnectionStates.Connected, 0)]
    [InlineData("TERM", ConnectionStates.Degraded, 4)]
    [InlineData("HUP", ConnectionStates.Disconnected, 3)]
    [InlineData("QUIT", ConnectionStates.Disconnected, 3)]
    public async Task Whoever_ends_it_gets_his_screen_and_cursor_back_and_the_exit_code_of_status(string signal, string state, int code)
    {
        Say(Status(2, state));
        await using var terminal = Start(80, 24);
        await terminal.UntilAsync(output => output.Contains(state, StringComparison.Ordinal), "the status is not shown");
        Assert.Contains(Enter, terminal.Output, StringComparison.Ordinal);
        if (signal == "keys")
        {
            terminal.Type("\u0003");
        }
        else
        {
            terminal.Signal(signal);
        }

        Assert.Equal(code, await terminal.ExitCodeAsync());
        await terminal.UntilAsync(output => output.EndsWith(Leave, StringComparison.Ordinal), "the terminal is not restored");
    }

    [Fact]
    public async Task It_ends_with_its_terminal()
    {
        await using var terminal = Start(80, 24);
        await terminal.UntilAsync(output => output.Contains("connected", StringComparison.Ordinal), "the status is not shown");
        terminal.Close();
        Assert.Equal(0, await terminal.ExitCodeAsync());
    }

    [Fact]
    public async Task A_change_is_drawn_in_place_and_in_the_size_that_the_terminal_has_by_then()
    {
        await using var terminal = Start(80, 24);
        await terminal.UntilAsync(output => output.Contains("server-2.", StringComparison.Ordinal), "the status is not shown");
        Say(Status(40, ConnectionStates.Degraded));
        await terminal.UntilAsync(_ => LastFrame(terminal).Any(line => line.Contains(ConnectionStates.Degraded, StringComparison.Ordinal)), "the change is not shown");
        Fits(terminal, 80, 24);
        terminal.Resize(33, 12);
        await terminal.UntilAsync(_ => LastFrame(terminal).Length == 12, "the terminal's size is not followed");
        Fits(terminal, 33, 12);
        terminal.Resize(120, 60);
        await terminal.UntilAsync(_ => LastFrame(terminal).Length > 40, "the terminal's size is not followed");
        Fits(terminal, 120, 60);
        Assert.Single(Regex.Matches(terminal.Output, Regex.Escape(Enter)));
    }

    [Fact]
    public async Task Between_Ctrl_Z_and_fg_the_terminal_is_the_shells()
    {
        await using var terminal = StartShell("; echo code-$?");
        await terminal.UntilAsync(output => output.Contains("server-2.", StringComparison.Ordinal), "the status is not shown");
        terminal.Type("\u001a");

        // Of a process that SIGTSTP stopped.
        await terminal.UntilAsync(output => output.Contains("code-148", StringComparison.Ordinal), "the shell does not go on");
        Assert.True(terminal.Output.IndexOf(Leave, StringComparison.Ordinal) is var left && left > 0 && left < terminal.Output.IndexOf("code-148", StringComparison.Ordinal));
        terminal.Type("fg\r");
        await terminal.UntilAsync(output => output.LastIndexOf("server-2.", StringComparison.Ordinal) > output.LastIndexOf(Enter, StringComparison.Ordinal) && Regex.Count(output, Regex.Escape(Enter)) == 2, "the status is not shown again");
        terminal.Type("\u0003");
        await terminal.UntilAsync(output => Regex.Count(output, Regex.Escape(Leave)) == 2, "the terminal is not restored");
    }

    [Fact]
    public async Task Where_no_shell_could_have_it_go_on_a_stop_is_passed_over()
    {
        await using var terminal = Start(80, 24);
        await terminal.UntilAsync(output => output.Contains("server-2.", StringComparison.Ordinal), "the status is not shown");
        terminal.Type("\u001a");
        await terminal.UntilAsync(output => Regex.Count(output, Regex.Escape(Enter)) == 2 && output.EndsWith("\e[J", StringComparison.Ordinal), "the status is not shown again");
    }

    [Fact]
    public async Task In_the_background_the_terminal_is_the_shells_until_fg()
    {
        await using var terminal = StartShell(" & sleep 3; echo beg''un");

        // Long enough for it to have drawn; on a machine that is too slow the test sees nothing, and fails nobody.
        await terminal.UntilAsync(output => output.Contains("begun", StringComparison.Ordinal), "the shell does not go on");
        Assert.DoesNotContain(Enter, terminal.Output, StringComparison.Ordinal);
        terminal.Type("fg\r");
        await terminal.UntilAsync(output => output.Contains("server-2.", StringComparison.Ordinal), "the status is not shown");
        terminal.Type("\u001a");
        await terminal.UntilAsync(output => output.Contains(Leave, StringComparison.Ordinal), "the terminal is not given back");
        terminal.Type("bg; sleep 3; echo stop''ped\r");
        await terminal.UntilAsync(output => output.Contains("stopped", StringComparison.Ordinal), "the shell does not go on");
        Assert.Single(Regex.Matches(terminal.Output, Regex.Escape(Enter)));
        terminal.Type("kill %1; wait %1; echo code-$?\r");
        await terminal.UntilAsync(output => output.Contains("code-0", StringComparison.Ordinal), "it does not end");
        Assert.Single(Regex.Matches(terminal.Output, Regex.Escape(Leave)));
    }

    [Fact]
    public async Task What_was_typed_is_drawn_over()
    {
        await using var terminal = Start(80, 24);
        await terminal.UntilAsync(output => output.Contains("server-2.", StringComparison.Ordinal), "the status is not shown");
        terminal.Type("typed");
        await terminal.UntilAsync(output => output.LastIndexOf("server-2.", StringComparison.Ordinal) > output.IndexOf("typed", StringComparison.Ordinal) && output.Contains("typed", StringComparison.Ordinal), "the status is not shown again");
    }

    [Theory]
    [InlineData("xterm-256color", null, true)]
    [InlineData("xterm-256color", "", true)]
    [InlineData("xterm-256color", "1", false)]
    public async Task Colours_are_there_unless_NO_COLOR_says_otherwise(string term, string? noColor, bool hasColours)
    {
        await using var terminal = Start(80, 24, term, noColor);
        await terminal.UntilAsync(output => output.Contains("\e[J", StringComparison.Ordinal), "the status is not shown");
        Assert.Equal(hasColours, Colour().IsMatch(terminal.Output));
    }

    [Theory]
    [InlineData("dumb")]
    [InlineData(null)]
    public async Task A_terminal_that_understands_no_orders_gets_plain_lines(string? term)
    {
        await using var terminal = Start(80, 24, term);
        await terminal.UntilAsync(output => output.Contains("server-2.", StringComparison.Ordinal), "the status is not shown");
        Say(Status(3));
        await terminal.UntilAsync(output => output.Contains("server-3.", StringComparison.Ordinal), "the change is not shown");
        terminal.Type("\u0003");
        Assert.Equal(0, await terminal.ExitCodeAsync());
        Assert.DoesNotContain('\e', terminal.Output);
    }

    [Fact]
    public async Task Into_a_file_each_change_is_written()
    {
        var path = _directory.At("out");
        var watching = Cli.Wrap("/bin/sh").WithArguments(["-c", "exec \"$0\" status --watch --root \"$1\" > \"$2\"", AgentProgram.DefaultPath, _directory.Path, path]).WithValidation(CommandResultValidation.None).ExecuteAsync(Cancel);
        string Written() => File.Exists(path) ? File.ReadAllText(path) : string.Empty;
        await Eventually.IsTrueAsync(() => Written().Contains("server-2.", StringComparison.Ordinal), "the status");
        Say(Status(3));
        await Eventually.IsTrueAsync(() => Written().Contains("server-3.", StringComparison.Ordinal), "the change");
        using var kill = System.Diagnostics.Process.Start("kill", ["-s", "TERM", $"{watching.ProcessId}"]);
        Assert.Equal(0, (await watching).ExitCode);
        Assert.DoesNotContain('\e', Written());
    }

    [Fact]
    public async Task It_ends_when_nobody_reads_it_any_more_although_nothing_changes()
    {
        var watching = Cli.Wrap("/bin/sh").WithArguments(["-c", "{ \"$0\" status --watch --root \"$1\"; echo $? >\"$2\"; } | head -n 1", AgentProgram.DefaultPath, _directory.Path, _directory.At("code")]).ExecuteBufferedAsync(Cancel);
        await Eventually.IsTrueAsync(() => watching.Task.IsCompleted, "the end");
        await watching;
        Assert.Equal("0\n", await File.ReadAllTextAsync(_directory.At("code"), Cancel));
    }

    [Fact]
    public async Task The_forms_exclude_each_other() => Assert.Equal(
        2, (await Cli.Wrap(AgentProgram.DefaultPath).WithArguments(["status", "--watch", "--json"]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Cancel)).ExitCode);

    private static AgentStatus Status(int servers, string state = ConnectionStates.Connected) => new()
    {
        Pid = Environment.ProcessId,
        Connection = new Fact(state, Reasons.AsDesired, string.Join(' ', Enumerable.Repeat("words", 30)), DateTimeOffset.UnixEpoch),
        Control = new Fact(ControlStates.Current, Reasons.AsDesired, "-", null),
        Servers = new ServersStatus(servers, servers, servers, [.. Enumerable.Range(1, servers).Select(at => new ServerStatus($"server-{at}.test", $"cuk-{at}", 8021, $"server-{at}.test:8020", ServerStates.Connected, DateTimeOffset.UnixEpoch))]),
        Generation = new GenerationStatus("/etc/antpickax/k2hdkc.ini", 7, 7, 7, []),
    };

    private static string[] LastFrame(Pty terminal)
    {
        // The last one may not have come in full; each begins where the one before ends.
        var output = terminal.Output;
        var end = output.LastIndexOf("\e[H", StringComparison.Ordinal);
        var begin = end < 1 ? -1 : output.LastIndexOf("\e[H", end - 1, StringComparison.Ordinal);
        return begin < 0 ? [] : Order().Replace(output[begin..end].Replace("\r\n\e[J", string.Empty, StringComparison.Ordinal), string.Empty).Replace("\r", string.Empty, StringComparison.Ordinal).Split('\n');
    }

    private static void Fits(Pty terminal, int columns, int rows)
    {
        var frame = LastFrame(terminal);
        Assert.InRange(frame.Length, 1, rows);
        Assert.All(frame, line => Assert.InRange(line.Length, 0, columns));
    }

    /// <summary>A shell in which the command has been started, with what follows it in the line.</summary>
    private Pty StartShell(string after)
    {
        var terminal = Pty.Start(80, 24, new Dictionary<string, string?> { ["TERM"] = "xterm-256color", ["PS1"] = "$ " }, "bash", "--norc", "--noprofile", "-i");
        terminal.Type($"'{AgentProgram.DefaultPath}' status --watch --root '{_directory.Path}'{after}\r");
        return terminal;
    }

    private Pty Start(int columns, int rows, string? term = "xterm-256color", string? noColor = null) => Pty.Start(
        columns, rows, new Dictionary<string, string?> { ["TERM"] = term, ["NO_COLOR"] = noColor }, AgentProgram.DefaultPath, "status", "--watch", "--root", _directory.Path);

    private void Say(AgentStatus status) => StatusFile.Write(_directory.Root, status);

    [GeneratedRegex("\e\\[[0-9?]*[A-Za-z]|\e[=>]")]
    private static partial Regex Order();

    [GeneratedRegex("\e\\[3[0-9]m")]
    private static partial Regex Colour();
}
