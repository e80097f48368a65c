using System.CommandLine;
using System.Globalization;
using Serilog.Core;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>Takes the host from nothing to connected: runs the pipeline until no step has anything left to do.</summary>
internal static class BootstrapCommand
{
    public static Command Create(CommonOptions options)
    {
        var timeout = new Option<string>("--timeout")
        {
            Description = "How long to try before giving up with exit code 75, such as 90s or 5m",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "5m",
        };
        var command = new Command("bootstrap", "Register, install, configure, start and connect this host, once; safe to repeat");
        options.AddIdentityTo(command);
        command.Options.Add(timeout);
        command.SetAction(async (parsed, _) =>
        {
            var patience = Durations.TryParse(parsed.GetValue(timeout)!)
                ?? throw new SettingsException($"--timeout {parsed.GetValue(timeout)} is no duration, such as 90s or 5m.");
            var setup = Setup.Of(options, parsed);
            using var signals = new Signals();
            await using var log = Logging.Create(Logging.IsUnderSystemd ? setup.Settings.LogLevel : LogLevel.Error);
            return await RunAsync(setup, patience, log, TimeProvider.System, signals.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(Setup setup, TimeSpan patience, Logger log, TimeProvider time, CancellationToken cancel)
    {
        using var turn = FileLock.TryTake(setup.Root.At(AgentPaths.BootstrapLock));
        if (turn is null)
        {
            await Console.Error.WriteLineAsync(
                $"Another bootstrap{Pid(setup.Root.At(AgentPaths.BootstrapLock))} is at work under {setup.Root.Directory}; wait for it, or end it first.");
            return ExitCode.TryAgainLater;
        }

        using var parts = await AgentParts.CreateAsync(setup.Settings, setup.Root, setup.Token, time, log, cancel);
        setup.Root.Delete(AgentPaths.UnregisteredMark);
        var daemonRuns = FileLock.IsHeld(setup.Root.At(AgentPaths.DaemonLock));
        var steps = daemonRuns
            ? parts.Steps.Where(step => step.Kind is Steps.RegisterHost or Steps.InstallPackages).ToList()
            : parts.Steps;
        parts.File.RemoveStaleStage();
        var progress = new Progress(Logging.IsUnderSystemd ? TextWriter.Null : Console.Out, time);
        var (reconciler, board) = parts.Assemble(steps, keepsStatus: !daemonRuns, _ => new ReconcilerHooks { Heard = progress.Hear });
        progress.Begin($"Bootstrapping {parts.Identity.Tag} into {parts.Identity.Role} at {parts.Identity.ApiUri}");
        if (daemonRuns)
        {
            progress.Say("The agent is running already and sees to configuration, services and connection itself.");
        }

        return await TryUntilSettledAsync(reconciler, board, patience, progress, time, cancel);
    }

    private static async Task<int> TryUntilSettledAsync(
        Reconciler reconciler, StatusBoard board, TimeSpan patience, Progress progress, TimeProvider time, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            while (true)
            {
                await reconciler.RunDueAsync(either.Token);
                if (board.IsSettled)
                {
                    progress.End($"Done: {board.Words}");
                    return ExitCode.Done;
                }

                if (board.HaveAllRun && board.NeedsPerson)
                {
                    await Console.Error.WriteLineAsync($"Bootstrap failed. {Progress.Sentence(board.FirstOpen?.Outcome.Words ?? string.Empty)}");
                    return ExitCode.Failed;
                }

                await reconciler.SleepAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var open = board.FirstOpen;
            await Console.Error.WriteLineAsync(
                $"Not done after {patience.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s. "
                + (open is { } o ? $"{Progress.Sentence($"{o.Step.Name}: {o.Outcome.Words}")} " : string.Empty)
                + "Nothing is lost: run bootstrap again, or let the daemon go on.");
            return ExitCode.TryAgainLater;
        }
    }

    private static string Pid(string path) => FileLock.HolderOf(path) is { } pid ? $" (process {pid})" : string.Empty;
}
