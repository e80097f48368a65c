using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SlaveAgent.Sandbox;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Sandbox;

/// <summary><c>slave-agent-sandbox --serve</c> as a person runs it, in a terminal of 80 columns.</summary>
internal sealed partial class ServedSandbox : IAsyncDisposable
{
    /// <summary>For a build machine at its worst.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly TempDirectory _temporary = new();
    private readonly StringBuilder _output = new();
    private readonly Process _terminal;

    private ServedSandbox()
    {
        var inTerminal = $"stty cols 80; echo $$ > {PidFile}; exec env --default-signal=HUP,INT,QUIT {SandboxProgram.Path} --serve";
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", inTerminal, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["TMPDIR"] = Place;
        // As a login shell has it.
        start.Environment["TERM"] = "xterm";
        _terminal = Process.Start(start)!;
        _ = ReadAsync(_terminal.StandardOutput);
    }

    /// <summary>Its TMPDIR.</summary>
    public string Place => _temporary.Path;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>What a person sees in the end: each line as it was last written.</summary>
    public IReadOnlyList<string> Screen => [.. Output.Split('\n').Select(line => Sequence().Replace(line.Split("\r\u001b[K")[^1], "").TrimEnd('\r'))];

    /// <summary>Processes of the sandbox, the one that cleans up after it included.</summary>
    public IReadOnlyList<string> Processes => [.. Directory.EnumerateDirectories("/proc").Where(IsOfSandbox).Select(CommandLine).OfType<string>()];

    /// <summary>Null where the process has ended meanwhile.</summary>
    private static string? CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Join(process, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string[] Left => Directory.GetFileSystemEntries(Place);

    private string PidFile => _temporary.At("pid");

    private int Pid => int.Parse(File.ReadAllText(PidFile), CultureInfo.InvariantCulture);

    /// <summary>Booted, and waiting for a command.</summary>
    public static async Task<ServedSandbox> BootedAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script (util-linux), which makes a terminal, is not here");
        var sandbox = new ServedSandbox();
        await sandbox.UntilAsync(() => sandbox.Screen[^1] == "> ", "there is no prompt");
        return sandbox;
    }

    /// <summary>Types a line and waits until the prompt is back.</summary>
    /// <returns>What was said to it.</returns>
    public async Task<string> TypeAsync(string line)
    {
        var before = Screen.Count;
        await SendAsync(line);
        await UntilAsync(() => Screen.Count > before && Screen[^1] == "> ", $"there is no prompt after '{line}'");
        return string.Join('\n', Screen.Skip(before).SkipLast(1));
    }

    public async Task SendAsync(string line)
    {
        await _terminal.StandardInput.WriteAsync(line + "\r");
        await _terminal.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    public void Signal(string signal) => ProcessSignal.Send(Pid, signal);

    public void CloseTerminal() => _terminal.Kill();

    public async Task<int> EndedAsync()
    {
        await _terminal.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        return _terminal.ExitCode;
    }

    public async Task UntilAsync(Func<bool> condition, string otherwise)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, $"{otherwise}\n{string.Join('\n', Processes)}\n{Output}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>No process is left, and nothing in TMPDIR.</summary>
    public Task LeftNothingAsync() => UntilAsync(() => Processes.Count == 0 && Left.SequenceEqual([PidFile]), $"something is left behind: {string.Join(' ', Left)}");

    public async ValueTask DisposeAsync()
    {
        _terminal.Kill();
        await _terminal.WaitForExitAsync(CancellationToken.None);
        // What a failed test leaves ends by the terminal's end.
        await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(20)), Task.Run(async () =>
        {
            while (Processes.Count > 0)
            {
                await Task.Delay(20);
            }
        }));
        _terminal.Dispose();
        _temporary.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_output)
            {
                _output.Append(buffer, 0, count);
            }
        }
    }

    private bool IsOfSandbox(string process)
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), out var pid) && pid != _terminal.Id
                && File.ReadAllText(Path.Join(process, "environ")).Split('\0').Contains($"TMPDIR={Place}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\u001b(?:\[[0-9;?]*[A-Za-z]|[=>])")]
    private static partial Regex Sequence();
}
