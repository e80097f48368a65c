using System.CommandLine;
using System.Globalization;
using Serilog.Core;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Identity;
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
            Description = $"How long to try before giving up with exit code 75, such as 90s or 5m, or {Patience.Endless}",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "10m",
        };
        var handOver = new Option<bool>("--hand-over")
        {
            Description = "On a slave node's role, install and then enable and start the daemon, which does the rest",
        };
        var command = new Command("bootstrap", "Register, install, configure, start and connect this host, once; safe to repeat");
        options.AddIdentityTo(command);
        command.Options.Add(timeout);
        command.Options.Add(handOver);
        command.SetAction(async (parsed, _) =>
        {
            var patience = Patience.Parse(parsed.GetValue(timeout)!);
            var setup = Setup.Of(options, parsed);
            using var signals = new Signals();
            await using var log = Logging.Create(Logging.IsUnderSystemd ? setup.Settings.LogLevel : LogLevel.Error);
            return await RunAsync(setup, patience, parsed.GetValue(handOver), log, TimeProvider.System, signals.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(Setup setup, TimeSpan patience, bool handOver, Logger log, TimeProvider time, CancellationToken cancel)
    {
        using var turn = await FileLock.TryTakeForLongAsync(setup.Root.At(AgentPaths.BootstrapLock), time, cancel);
        if (turn is null)
        {
            await Console.Error.WriteLineAsync(
                $"Another bootstrap{FileLock.HolderText(setup.Root.At(AgentPaths.BootstrapLock))} is at work under {setup.Root.Directory}; wait for it, or end it first.");
            return ExitCode.TryAgainLater;
        }

        if (await ArrivingIdentity.WaitAsync(setup, patience, time, cancel) is not { } reading)
        {
            return ExitCode.TryAgainLater;
        }

        using var parts = await AgentParts.CreateAsync(setup, setup.Settings, time, log, cancel, takesOffer: true, reading: reading);
        await parts.HandIdentityToDaemonAsync(cancel);
        var daemonRuns = FileLock.IsHeld(setup.Root.At(AgentPaths.DaemonLock));
        var needRoot = parts.Controllers.Where(step => step.Kind is ControllerKinds.Registration or ControllerKinds.Packages).ToList();
        parts.File.RemoveStaleStages();
        var progress = new Progress(Logging.IsUnderSystemd ? TextWriter.Null : Console.Out, time);
        progress.Begin($"Bootstrapping {parts.Identity.Tag} into {parts.Identity.Role} at {parts.Identity.ApiUri.ToString().TrimEnd('/')}");
        if (daemonRuns)
        {
            progress.Say("The agent is running already and sees to configuration, services and connection itself.");
        }

        if (parts.Decision is { Code: IdentityCode.Offered } offered)
        {
            // Nothing of the identity in force is touched for one that K2HR3 may refuse.
            progress.Say($"{Progress.Sentence(offered.Message)} The one in force stays until K2HR3 accepts it.");
            if (await TryUntilAsync(board => board.IsSettled, parts, [.. needRoot.Where(step => step.Kind == ControllerKinds.Registration)], patience, progress, time, cancel) is not ExitCode.Done and var refused)
            {
                return refused;
            }
        }

        return daemonRuns ? await TryUntilAsync(board => board.IsSettled, parts, needRoot, patience, progress, time, cancel)
            : handOver ? await HandOverAsync(parts, needRoot, patience, progress, time, cancel)
            : await TryUntilAsync(board => IsForGood(parts, board), parts, parts.Controllers, patience, progress, time, cancel);
    }

    /// <summary>
    /// Nobody watches after this: what K2HR3 has not said for long enough is not left behind. On a slave node there is nothing of the kind, for it is connected.
    /// </summary>
    private static bool IsForGood(AgentParts parts, StatusBoard board) => board.IsSettled && (parts.Role.IsSlaveNode is true || board.IsConfirmed);

    /// <summary>
    /// Leaves a slave node to the daemon. On another role does the rest itself, and goes on asking until it is certain that it is one, for there will be no daemon
    /// that sees it become a slave node's.
    /// </summary>
    private static async Task<int> HandOverAsync(
        AgentParts parts, IReadOnlyList<IController> needRoot, TimeSpan patience, Progress progress, TimeProvider time, CancellationToken cancel)
    {
        while (true)
        {
            var code = await TryUntilAsync(board => board.IsSettled, parts, needRoot, patience, progress, time, cancel);
            var isSlaveNode = parts.Role.IsSlaveNode is true;
            if (code == ExitCode.Done)
            {
                code = isSlaveNode
                    ? await DaemonUnit.StartAsync(parts.Systemctl, cancel)
                    : await TryUntilAsync(
                        board => parts.Role.IsSlaveNode is true || IsForGood(parts, board), parts, parts.Controllers, patience, progress, time, cancel);
            }

            if (code == ExitCode.Done && !isSlaveNode && parts.Role.IsSlaveNode is true)
            {
                continue;
            }

            if (code == ExitCode.Done)
            {
                // From the next boot on the daemon, or the role's own services, need no bootstrap.
                await parts.Systemctl.DisableAsync(AgentUnits.Bootstrap, cancel);
            }

            return code;
        }
    }

    private static async Task<int> TryUntilAsync(
        Func<StatusBoard, bool> isDone,
        AgentParts parts,
        IReadOnlyList<IController> steps,
        TimeSpan patience,
        Progress progress,
        TimeProvider time,
        CancellationToken cancel)
    {
        var (reconciler, board) = parts.Assemble(steps, keepsStatus: !FileLock.IsHeld(parts.Root.At(AgentPaths.DaemonLock)), _ => new ReconcilerHooks { Heard = progress.Hear });
        using var deadline = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            while (true)
            {
                await reconciler.RunDueAsync(either.Token);
                if (isDone(board))
                {
                    progress.End($"Done: {board.Message}");
                    return ExitCode.Done;
                }

                if (board.HaveAllRun && board.NeedsPerson)
                {
                    await Console.Error.WriteLineAsync($"Bootstrap failed. {Progress.Sentence(board.FirstOpen?.Outcome.Message ?? string.Empty)}");
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
                + (open is { } o ? $"{Progress.Sentence($"{o.Step.Name}: {o.Outcome.Message}")} " : string.Empty)
                + "Nothing is lost: run bootstrap again, or let the daemon go on.");
            return ExitCode.TryAgainLater;
        }
    }
}
