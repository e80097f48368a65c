using System.ComponentModel;
using System.Diagnostics;
using CliWrap;
using CliWrap.Exceptions;

namespace SlaveAgent.Hosting;

/// <summary>Runs a host tool found on PATH: no shell, each argument as it is, the C locale, output kept to its last lines.</summary>
public sealed class CommandRunner(TimeProvider time)
{
    private const int KeptOutput = 8 * 1024;

    /// <summary>For what a tool that has ended left in its pipe.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    /// <summary>Runs a tool that may be given up: after <paramref name="patience"/> or when cancelled it is killed with its children.</summary>
    public async Task<CommandResult> RunAsync(string tool, IReadOnlyList<string> arguments, TimeSpan patience, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var output = new TailBuffer(KeptOutput);
        try
        {
            return await ExecuteAsync(tool, arguments, output, either.Token);
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return new CommandResult(null, $"{output}\n{tool} did not end within {patience.TotalSeconds:0} s");
        }
    }

    /// <summary>Runs a tool that must never be killed: a package transaction broken in the middle leaves a host that installs nothing any more.</summary>
    public static Task<CommandResult> RunToTheEndAsync(string tool, IReadOnlyList<string> arguments) =>
        ExecuteAsync(tool, arguments, new TailBuffer(KeptOutput), CancellationToken.None);

    private static async Task<CommandResult> ExecuteAsync(string tool, IReadOnlyList<string> arguments, TailBuffer output, CancellationToken cancel)
    {
        if (Find(tool) is not { } path)
        {
            return new CommandResult(null, $"{tool} could not be started: it is not on the PATH");
        }

        using var over = new CancellationTokenSource();
        var ended = new TaskCompletionSource();
        var target = WhileItRuns(PipeTarget.ToDelegate(output.AddLine), ended.Task);
        try
        {
            var running = Cli.Wrap(path)
                .WithArguments(arguments)
                .WithEnvironmentVariables(e => e.Set("LC_ALL", "C.UTF-8").Set("DEBIAN_FRONTEND", "noninteractive"))
                .WithValidation(CommandResultValidation.None)
                .WithStandardOutputPipe(target)
                .WithStandardErrorPipe(target)
                .ExecuteAsync(cancel);
            _ = TellEndAsync(running.ProcessId, ended, over.Token);
            var result = await running;
            return new CommandResult(result.ExitCode, output.ToString());
        }
        catch (Exception e) when (e is Win32Exception or CliWrapException or IOException)
        {
            return new CommandResult(null, $"{tool} could not be started: {e.Message}");
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    /// <summary>
    /// Reads until the output ends, or a moment after the tool did: a server that a package's script starts may keep apt's output open for as long
    /// as it lives.
    /// </summary>
    private static PipeTarget WhileItRuns(PipeTarget target, Task ended) => PipeTarget.Create(async (origin, cancel) =>
    {
        var reading = target.CopyFromAsync(origin, cancel);
        if (await Task.WhenAny(reading, ended) == reading)
        {
            await reading;
        }
    });

    private static async Task TellEndAsync(int process, TaskCompletionSource ended, CancellationToken over)
    {
        try
        {
            using var running = Process.GetProcessById(process);
            await running.WaitForExitAsync(over);
        }
        catch (ArgumentException)
        {
            // It has ended already.
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await Task.Delay(LastWords, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ended.TrySetResult();
    }

    // Given a bare name, .NET looks beside the executable and in the current directory first, where another user may have put one.
    private static string? Find(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin")
        .Split(':')
        .Where(directory => directory.StartsWith('/'))
        .Select(directory => Path.Join(directory, tool))
        .FirstOrDefault(File.Exists);
}
