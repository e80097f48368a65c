using System.CommandLine;
using System.Globalization;
using Serilog.Core;
using SlaveAgent.Composition;
using SlaveAgent.Daemon;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Identity;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Takes the host from nothing to connected: runs the controllers until none has anything left to do.</summary>
internal static class BootstrapCommand
{
    public static Command Create(CommonOptions options)
    {
        var timeout = new Option<string>("--timeout")
        {
            Description = $"How long to try before giving up with exit code 75, such as 90s or 5m, or {TimeLimit.Endless}",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "10m",
            CompletionSources = { "30s", "90s", "5m", TimeLimit.Endless },
        };
        var handOver = new Option<bool>("--hand-over")
        {
            Description = "On a slave node's role, install and then enable and start the daemon, which does the remainder",
        };
        var command = new Command("bootstrap", "Register, install, configure, start and connect this host, once; safe to repeat");
        options.AddIdentityTo(command);
        command.Options.Add(timeout);
        command.Options.Add(handOver);
        command.SetAction(async (parsed, _) =>
        {
            var timeLimit = TimeLimit.Parse(parsed.GetValue(timeout)!);
            // As a service it goes by what the daemon goes by; a person is told.
            var setup = options.SetupOf(parsed, orKept: Logging.IsUnderSystemd, environmentIsOption: true);
            using var signals = new Signals();
            await using var log = Logging.Create(Logging.IsUnderSystemd ? setup.Settings.LogLevel : LogLevel.Error);
            var code = ExitCode.Failed;

            // The controllers share their state without locks, and so run on one thread.
            await LoopThread.RunAsync(async time => code = await RunAsync(setup, timeLimit, parsed.GetValue(handOver), log, time, signals.Token));
            return code;
        });
        return command;
    }

    private static async Task<int> RunAsync(Setup setup, TimeSpan timeLimit, bool handOver, Logger log, TimeProvider time, CancellationToken cancel)
    {
        using var turn = await FileLock.TryTakeForLongAsync(setup.Root.Agent.BootstrapLock, time, cancel);
        if (turn is null)
        {
            await Console.Error.WriteLineAsync(
                $"Another bootstrap{FileLock.HolderText(setup.Root.Agent.BootstrapLock)} is at work under {setup.Root.Directory}; wait for it, or end it first.");
            return ExitCode.TryAgainLater;
        }

        if (await ArrivingIdentity.WaitAsync(setup, timeLimit, time, cancel) is not { } reading)
        {
            return ExitCode.TryAgainLater;
        }

        using var parts = await AgentParts.CreateAsync(setup, setup.Settings, time, log, cancel, takesOffer: true, reading: reading);
        if (handOver && parts.Systemd.WhyAbsent is { } why)
        {
            await Console.Error.WriteLineAsync($"There is no daemon to hand over to, because {why}: leave out --hand-over, and start k2hdkc-slave-agent run.");
            return ExitCode.Usage;
        }

        await parts.HandIdentityToDaemonAsync(cancel);
        var daemonRuns = FileLock.IsHeld(setup.Root.Agent.DaemonLock);
        var needRoot = parts.Controllers.Where(controller => controller.Kind is ControllerKinds.Registration or ControllerKinds.Role or ControllerKinds.Packages).ToList();
        parts.File.RemoveStaleStages();
        var progress = new Progress(Logging.IsUnderSystemd ? TextWriter.Null : Console.Out, time);
        progress.Begin($"Bootstrapping {parts.Identity.Tag} into {parts.Identity.Role} at {parts.Identity.ApiUri.ToString().TrimEnd('/')}");
        if (daemonRuns)
        {
            progress.Add("The agent is running already and manages configuration, services and connection itself.");
        }

        if (parts.Decision is { Code: IdentityCode.Offered } offered)
        {
            // Nothing of the identity in force is touched for one that K2HR3 may refuse.
            progress.Add($"{Progress.Sentence(offered.Message)} The one in force stays until K2HR3 accepts it.");
            if (await TryUntilAsync(board => board.IsSettled, parts, [.. needRoot.Where(controller => controller.Kind == ControllerKinds.Registration)], timeLimit, progress, time, cancel) is not ExitCode.Done and var refused)
            {
                return refused;
            }
        }

        // Who hands over leaves the connection to the daemon, which may itself be waiting for what is installed here.
        return daemonRuns && !handOver ? await BesideDaemonAsync(parts, needRoot, timeLimit, progress, time, cancel)
            : daemonRuns ? await TryUntilAsync(board => board.IsSettled, parts, needRoot, timeLimit, progress, time, cancel)
            : handOver ? await HandOverAsync(parts, needRoot, timeLimit, progress, time, cancel)
            : await TryUntilAsync(board => IsForGood(parts, board), parts, parts.Controllers, timeLimit, progress, time, cancel);
    }

    /// <summary>Does what needs root, and waits until the daemon has done the remainder: done means connected, whoever connects.</summary>
    private static async Task<int> BesideDaemonAsync(
        AgentParts parts, IReadOnlyList<IController> needRoot, TimeSpan timeLimit, Progress progress, TimeProvider time, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var code = await TryUntilAsync(board => board.IsSettled, parts, needRoot, timeLimit, progress, time, cancel);
        var left = timeLimit == Timeout.InfiniteTimeSpan ? timeLimit : TimeSpan.FromTicks(Math.Max(0, (timeLimit - time.GetElapsedTime(began)).Ticks));
        return code == ExitCode.Done ? await WaitCommand.RunAsync(parts.Root, () => parts.Settings, left, settled: true, time, cancel) : code;
    }

    /// <summary>
    /// Nobody watches after this: what K2HR3 has not said for long enough is not left behind. On a slave node there is nothing of the kind, for it is connected.
    /// </summary>
    private static bool IsForGood(AgentParts parts, StatusBoard board) => board.IsSettled && (parts.Role.IsSlaveNode is true || board.IsConfirmed);

    /// <summary>
    /// Leaves a slave node to the daemon. On another role does the remainder itself, and goes on asking until it is certain that it is one, for there will be no daemon
    /// that sees it become a slave node's.
    /// </summary>
    private static async Task<int> HandOverAsync(
        AgentParts parts, IReadOnlyList<IController> needRoot, TimeSpan timeLimit, Progress progress, TimeProvider time, CancellationToken cancel)
    {
        while (true)
        {
            string? missing = null;
            var code = await TryUntilAsync(
                board =>
                {
                    missing = WhyIncomplete(board);
                    return board.IsSettled || CanBeHandedOver(parts, board);
                },
                parts, needRoot, timeLimit, progress, time, cancel);
            var isSlaveNode = parts.Role.IsSlaveNode is true;
            if (code == ExitCode.Done)
            {
                code = isSlaveNode
                    ? await DaemonUnit.StartAsync(parts.Units, cancel)
                    : await TryUntilAsync(
                        board => parts.Role.IsSlaveNode is true || IsForGood(parts, board), parts, parts.Controllers, timeLimit, progress, time, cancel);
            }

            if (code == ExitCode.Done && !isSlaveNode && parts.Role.IsSlaveNode is true)
            {
                continue;
            }

            if (code == ExitCode.Done && missing is not null)
            {
                await Console.Error.WriteLineAsync($"The agent is started, and this is left: {missing}. Run bootstrap again once it can be had.");
                return ExitCode.TryAgainLater;
            }

            if (code == ExitCode.Done)
            {
                // From the next boot on the daemon, or the role's own services, need no bootstrap.
                if (AgentUnits.FindFile(parts.Root, AgentUnits.Bootstrap) is not null && await parts.Units.DisableAsync(AgentUnits.Bootstrap, cancel) is { } problem)
                {
                    await Console.Error.WriteLineAsync($"{Progress.Sentence(problem)} It runs again at the next boot, which does no harm.");
                }
            }

            return code;
        }
    }

    /// <summary>What is missing is not what chmpx needs: a package that cannot be had keeps no slave from its cluster.</summary>
    private static bool CanBeHandedOver(AgentParts parts, StatusBoard board) =>
        parts.Role.IsSlaveNode is true
        && board.OutcomeOf(ControllerKinds.Registration) is { IsSettled: true }
        && board.OutcomeOf(ControllerKinds.Role) is { IsSettled: true }
        && board.OutcomeOf(ControllerKinds.Packages) is Outcome.Failed { Reason: Reasons.PackagesMissing or Reasons.InvalidName or Reasons.RepositoryAbsent or Reasons.DistributionUnknown }
        && AgentUnits.FindFile(parts.Root, UnitName.WithSuffix(parts.Settings.Chmpx.Unit)) is not null;

    private static string? WhyIncomplete(StatusBoard board) => board.OutcomeOf(ControllerKinds.Packages) is Outcome.Failed failed ? failed.Message : null;

    private static async Task<int> TryUntilAsync(
        Func<StatusBoard, bool> isDone,
        AgentParts parts,
        IReadOnlyList<IController> controllers,
        TimeSpan timeLimit,
        Progress progress,
        TimeProvider time,
        CancellationToken cancel)
    {
        var (reconciler, board) = parts.Assemble(controllers, keepsStatus: !FileLock.IsHeld(parts.Root.Agent.DaemonLock), _ => new UnwatchedHost());
        board.Changed += progress.Note;
        using var deadline = new CancellationTokenSource(timeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            await reconciler.RunAsync(either.Token, () => reconciler.IsIdle && board.HaveAllRun && (isDone(board) || board.IsStuck));
            if (isDone(board))
            {
                progress.End(
                    controllers.Any(controller => controller.Kind == ControllerKinds.Connection) ? $"Done: {board.Message}"
                    : controllers.Any(controller => controller.Kind == ControllerKinds.Packages) ? "This host is registered, and what its role lists is installed; the agent does the remainder"
                    : "K2HR3 accepted the identity");
                return ExitCode.Done;
            }

            await Console.Error.WriteLineAsync($"Bootstrap failed. {Progress.Sentence(board.FirstOpen?.Outcome.Message ?? string.Empty)}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var open = board.FirstOpen;
            await Console.Error.WriteLineAsync(
                $"Not done after {timeLimit.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s. "
                + (open is { } o ? $"{Progress.Sentence($"{o.Controller.Name}: {o.Outcome.Message}")} " : string.Empty)
                + "Nothing is lost: run bootstrap again, or let the daemon go on.");
            return ExitCode.TryAgainLater;
        }
    }
}
