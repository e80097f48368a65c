using System.CommandLine;
using System.Globalization;
using SlaveAgent.Composition;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Waits until this host is connected to its cluster; for scripts, and for <c>k2hdkc-slave-ready.target</c>.</summary>
internal static class WaitCommand
{
    /// <summary>The status file lies in memory; to read it costs some microseconds.</summary>
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(100);

    /// <summary>Without an agent chmpx itself is polled.</summary>
    private static readonly TimeSpan BetweenObservations = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenDots = TimeSpan.FromSeconds(1);

    public static Command Create(CommonOptions options)
    {
        var timeout = new Option<string>("--timeout")
        {
            Description = $"How long to wait before ending with exit code 75, such as 90s or 5m, or {TimeLimit.Endless}",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "5m",
            CompletionSources = { "30s", "90s", "5m", TimeLimit.Endless },
        };
        var settled = new Option<bool>("--settled") { Description = "Also end well when the role is no slave node's and all else is done" };
        var command = new Command("wait", "Wait until this host is connected to its cluster");
        command.Options.Add(timeout);
        command.Options.Add(settled);
        command.SetAction(async (parsed, _) =>
        {
            var timeLimit = TimeLimit.Parse(parsed.GetValue(timeout)!);
            using var signals = new Signals();
            var root = options.RootOf(parsed);
            return await RunAsync(root, () => options.SettingsOrKept(parsed, root), timeLimit, parsed.GetValue(settled), TimeProvider.System, signals.Token);
        });
        return command;
    }

    /// <param name="settled">Whether a role that is no slave node's ends it well.</param>
    public static async Task<int> RunAsync(HostRoot root, Func<AgentSettings> settings, TimeSpan timeLimit, bool settled, TimeProvider time, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var dots = 0;
        string? message = null;
        while (true)
        {
            // What is said of the connection is said of the identity before the one that is offered.
            var offer = settled ? IdentityStatus.OpenOffer(root) : null;
            var status = offer is null ? await ReadAsync(root, settings, cancel) : null;
            message = offer ?? status?.Connection.Message ?? message;
            if (status is { IsReady: true, Connection.State: ConnectionStates.Connected or ConnectionStates.Degraded })
            {
                var how = status.Connection.State == ConnectionStates.Degraded ? "Degraded" : "Connected";
                return End(dots, $"{how} after {Seconds(time.GetElapsedTime(began))}: {message}.", ExitCode.Done);
            }

            // Without --settled a role that may yet turn out to be a slave node's is waited for.
            if (status is { Connection.State: ConnectionStates.NotASlave } && (settled ? IsAllTrue(status) : !status.IsUnconfirmed))
            {
                return End(dots, $"There is no connection to wait for: {message}.", settled ? ExitCode.Done : ExitCode.Failed);
            }

            if (status?.Conditions.FirstOrDefault(condition => condition is { Status: ConditionStatus.False, Reason: Reasons.TokenMissing or Reasons.UnsupportedSystem or Reasons.InstallOff }) is { } stuck)
            {
                return End(dots, $"It will not connect by itself. {Progress.Sentence(stuck.Message)}", ExitCode.Failed);
            }

            var waited = time.GetElapsedTime(began);
            if (timeLimit != Timeout.InfiniteTimeSpan && waited >= timeLimit)
            {
                return End(dots, $"Not connected after {Seconds(waited)}. {Progress.Sentence(message ?? "no agent has said anything yet")}", ExitCode.TryAgainLater);
            }

            if (!Logging.IsUnderSystemd && waited >= (dots + 1) * BetweenDots)
            {
                Console.Write('.');
                dots++;
            }

            await Task.Delay(status is { Pid: 0 } ? BetweenObservations : BetweenReads, time, cancel);
        }
    }

    private static bool IsAllTrue(AgentStatus status) =>
        status.Conditions.All(condition => condition.Status == ConditionStatus.True || condition.Type is ConditionTypes.Connected or ConditionTypes.ReadyReached or ConditionTypes.SettingsValid or ConditionTypes.HooksRun);

    /// <summary>What the agent at work says; where none is, what can be observed from here. Null where what is said is no longer true of this host.</summary>
    private static async Task<AgentStatus?> ReadAsync(HostRoot root, Func<AgentSettings> settings, CancellationToken cancel)
    {
        var status = StatusFile.TryReadOfLiving(root);
        if (status is null)
        {
            return IsAnyAtWork(root) ? null : await StatusObserver.ObserveAsync(settings(), root, cancel);
        }

        return status.Role is null || new IdentityFiles(root).ReadRole() is not { } role || role == status.Role ? status : null;
    }

    private static bool IsAnyAtWork(HostRoot root) =>
        new[] { root.Agent.DaemonLock, root.Agent.BootstrapLock }.Any(path => FileLock.LivingHolderOf(path) is not null);

    private static int End(int dots, string message, int code)
    {
        if (dots > 0)
        {
            Console.WriteLine();
        }

        (code == ExitCode.Done ? Console.Out : Console.Error).WriteLine(message);
        return code;
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s";
}
