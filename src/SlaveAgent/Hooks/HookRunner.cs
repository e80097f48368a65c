using System.ComponentModel;
using System.Diagnostics;
using SlaveAgent.Status;

namespace SlaveAgent.Hooks;

/// <summary>Runs the hooks one after the other, each with this process's output and its K2HDKC_ variables; one that fails holds up no other.</summary>
/// <param name="say">Takes a sentence for the unit's log.</param>
/// <param name="endsThem">Whether to end what is left of a hook when the time is over; systemd does that itself.</param>
public sealed class HookRunner(Action<string> say, bool endsThem = false)
{
    private const string Prefix = "K2HDKC_";
    private const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <param name="cancel">The time is over, or this process is to end.</param>
    /// <returns>Those that failed, in the order of their names.</returns>
    public async Task<IReadOnlyList<HookFailure>> RunAsync(HookList hooks, CancellationToken cancel)
    {
        var failed = new List<HookFailure>(hooks.Refused);
        foreach (var path in hooks.Runnable)
        {
            if (await RunAsync(path, cancel) is { } failure)
            {
                failed.Add(failure);
            }
        }

        failed.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        failed.ForEach(failure => say($"Hook {failure} ({failure.Reason})"));
        return failed;
    }

    private async Task<HookFailure?> RunAsync(string path, CancellationToken cancel)
    {
        var name = Path.GetFileName(path);
        if (cancel.IsCancellationRequested)
        {
            return new HookFailure(name, HookFailure.NotRun, "was not run, because all hooks were ended before it, by their time limit or by a stop");
        }

        try
        {
            using var process = Process.Start(StartOf(path))!;
            await EndAsync(process, cancel);
            return process.ExitCode == 0 ? null : new HookFailure(name, HookFailure.Exit, $"ended with exit status {process.ExitCode}");
        }
        catch (Win32Exception e)
        {
            return new HookFailure(name, HookFailure.NotStarted, $"could not be started: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            return new HookFailure(name, HookFailure.TimedOut, "was ended with all hooks, by their time limit or by a stop");
        }
    }

    private async Task EndAsync(Process process, CancellationToken cancel)
    {
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException) when (endsThem)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>
    /// The variables are in a file that the daemon writes, and it has less power than a hook: none that a loader, a shell or a tool goes by comes from there.
    /// </summary>
    private static ProcessStartInfo StartOf(string path)
    {
        var start = new ProcessStartInfo(path) { WorkingDirectory = "/" };
        foreach (var name in start.Environment.Keys.Where(name => !name.StartsWith(Prefix, StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        (start.Environment["PATH"], start.Environment["HOME"], start.Environment["LANG"]) = (SearchPath, "/root", "C.UTF-8");
        return start;
    }
}
