using System.ComponentModel;
using System.Diagnostics;
using CliWrap;
using CliWrap.Exceptions;

namespace SlaveAgent.Hosting;

/// <summary>Runs a host tool found on PATH: no shell, arguments passed unchanged, the C locale, only the last lines of the output kept.</summary>
public sealed class CommandRunner(TimeProvider time)
{
    /// <summary>
    /// For whatever tool it is: no questions, no pager of changes, and needrestart does not restart the unit that runs apt while apt waits for it. systemd takes
    /// notifications of the daemon itself only.
    /// </summary>
    private static readonly Dictionary<string, string?> ToolEnvironment = new(StringComparer.Ordinal)
    {
        ["LC_ALL"] = "C.UTF-8",
        ["DEBIAN_FRONTEND"] = "noninteractive",
        ["APT_LISTCHANGES_FRONTEND"] = "none",
        ["NEEDRESTART_SUSPEND"] = "1",
        ["UCF_FORCE_CONFFOLD"] = "1",
        ["NOTIFY_SOCKET"] = null,
    };

    private const int KeptOutput = 8 * 1024;

    /// <summary>For output that a tool left in its pipe when it exited.</summary>
    private static readonly TimeSpan OutputDrainTime = TimeSpan.FromSeconds(2);

    /// <summary>Runs a tool that may be killed: after <paramref name="timeout"/> or when cancelled it is killed together with its children.</summary>
    /// <param name="keep">The lines of the output that matter, where a tool prints more than is kept of it; null: the last ones.</param>
    /// <param name="kept">So many characters of the output at most.</param>
    public async Task<CommandResult> RunAsync(string tool, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancel, Func<string, bool>? keep = null, int kept = KeptOutput)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var output = new TailBuffer(kept, keep);
        try
        {
            return await ExecuteAsync(tool, arguments, output, either.Token);
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return new CommandResult(null, $"{output}\n{tool} did not exit within {timeout.TotalSeconds:0} s", CommandFailure.TimedOut);
        }
    }

    public static bool IsOnPath(string tool) => Find(tool) is not null;

    /// <summary>Runs a tool that must never be killed: an interrupted package transaction leaves a host that can install nothing.</summary>
    public static Task<CommandResult> RunToCompletionAsync(string tool, IReadOnlyList<string> arguments) =>
        ExecuteAsync(tool, arguments, new TailBuffer(KeptOutput), CancellationToken.None);

    private static async Task<CommandResult> ExecuteAsync(string tool, IReadOnlyList<string> arguments, TailBuffer output, CancellationToken cancel)
    {
        if (Find(tool) is not { } path)
        {
            return new CommandResult(null, $"{tool} could not be started because it is not on the PATH", CommandFailure.NotOnPath);
        }

        using var over = new CancellationTokenSource();
        var exited = new TaskCompletionSource();
        var target = WhileItRuns(PipeTarget.ToDelegate(output.AddLine), exited.Task);
        try
        {
            var running = Cli.Wrap(path).WithWorkingDirectory("/")
                .WithArguments(arguments)
                .WithEnvironmentVariables(ToolEnvironment)
                .WithValidation(CommandResultValidation.None)
                .WithStandardOutputPipe(target)
                .WithStandardErrorPipe(target)
                .ExecuteAsync(cancel);
            _ = SignalExitAsync(running.ProcessId, exited, over.Token);
            var result = await running;
            return new CommandResult(result.ExitCode, output.ToString());
        }
        catch (Exception e) when (e is Win32Exception or CliWrapException or IOException)
        {
            return new CommandResult(null, $"{tool} could not be started ({e.Message})", CommandFailure.NotStarted);
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    /// <summary>
    /// Reads until the output ends, or shortly after the tool exits: a server started by a package's script may keep apt's output open as long
    /// as it runs.
    /// </summary>
    private static PipeTarget WhileItRuns(PipeTarget target, Task exited) => PipeTarget.Create(async (origin, cancel) =>
    {
        var reading = target.CopyFromAsync(origin, cancel);
        if (await Task.WhenAny(reading, exited) == reading)
        {
            await reading;
        }
    });

    private static async Task SignalExitAsync(int process, TaskCompletionSource exited, CancellationToken over)
    {
        try
        {
            using var running = Process.GetProcessById(process);
            await running.WaitForExitAsync(over);
        }
        catch (ArgumentException)
        {
            // It has already exited.
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await Task.Delay(OutputDrainTime, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        exited.TrySetResult();
    }

    // For a bare name, .NET searches the directory of the executable and the current directory first, where another user may have placed a file.
    private static string? Find(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin")
        .Split(':')
        .Where(directory => directory.StartsWith('/'))
        .Select(directory => Path.Join(directory, tool))
        .FirstOrDefault(File.Exists);
}
