using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary>
/// A process that outlives a sandbox which is killed: it reads from a pipe that the kernel closes with the sandbox, then ends the agent and chmpx, and
/// removes the directory. The sandbox's processes are known by a variable of their environment, which they inherit.
/// </summary>
internal sealed class Guard : IAsyncDisposable
{
    private const string Mark = "K2HDKC_SANDBOX";
    private const string AllIsWell = "ended";

    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private bool _hasNothingToDo;

    private Guard(Process process) => _process = process;

    /// <summary>Processes that this one starts from now on belong to the sandbox in this directory.</summary>
    /// <exception cref="ScenarioFailure">The process cannot be started; the directory is gone again.</exception>
    public static Guard Start(string directory, bool keeps)
    {
        var start = new ProcessStartInfo(SandboxProgram.Path, ["guard", "--sandbox", directory, "--pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. keeps ? (string[])["--keep"] : []])
        {
            RedirectStandardInput = true,
            // The sandbox's output may be a pipe that somebody reads to its end.
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A .NET process that is killed leaves the files of its diagnostics in TMPDIR.
        Environment.SetEnvironmentVariable("DOTNET_EnableDiagnostics", "0");
        try
        {
            var guard = new Guard(Process.Start(start)!);
            Environment.SetEnvironmentVariable(Mark, directory);
            return guard;
        }
        catch (Win32Exception e)
        {
            Directory.Delete(directory);
            throw new ScenarioFailure($"{SandboxProgram.Path} cannot be run: {e.Message}");
        }
    }

    /// <summary>What the process does: waits for the end of the sandbox, and cleans up unless that did.</summary>
    public static async Task RunAsync(string directory, int sandbox, bool keeps, TextReader pipe, CancellationToken cancellationToken)
    {
        // The sandbox writes one line, or is gone.
        if (await pipe.ReadLineAsync(cancellationToken) == AllIsWell)
        {
            return;
        }
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < EndTimeout && ProcessesOf(directory) is { Count: > 0 } left; await Task.Delay(20, cancellationToken))
        {
            left.ForEach(pid => ProcessSignal.Send(pid, "SIGKILL"));
        }
        RealCluster.DeleteLeftovers(directory);
        if (!keeps)
        {
            await SandboxPlace.DeleteAsync(directory, cancellationToken);
        }
        foreach (var left in (string[])[$"dotnet-diagnostic-{sandbox}-*", $"clr-debug-pipe-{sandbox}-*"])
        {
            Array.ForEach(Directory.GetFiles(Path.GetDirectoryName(directory)!, left), File.Delete);
        }
    }

    /// <summary>The sandbox has cleaned up itself.</summary>
    public void Dismiss() => _hasNothingToDo = true;

    /// <summary>Waits until it has cleaned up, unless it was dismissed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_hasNothingToDo)
            {
                await _process.StandardInput.WriteLineAsync(AllIsWell);
            }
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
        }
        catch (IOException)
        {
            // Somebody ended it.
        }
        _process.Dispose();
    }

    private static List<int> ProcessesOf(string directory) => [.. Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
        .Where(pid => pid > 0 && pid != Environment.ProcessId && IsOf(pid, directory))];

    private static bool IsOf(int pid, string directory)
    {
        try
        {
            // Empty for a process that has ended and is only not waited for yet.
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0').Contains($"{Mark}={directory}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ended, or another user's.
            return false;
        }
    }
}
