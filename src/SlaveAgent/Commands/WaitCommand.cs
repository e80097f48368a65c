using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Commands;

/// <summary>Waits until this host is connected to its cluster; for scripts, and for <c>k2hdkc-slave-ready.target</c>.</summary>
internal static class WaitCommand
{
    /// <summary>The status file lies in memory; looking at it costs some microseconds.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenDots = TimeSpan.FromSeconds(1);

    public static Command Create(CommonOptions options)
    {
        var timeout = new Option<string>("--timeout")
        {
            Description = $"How long to wait before ending with exit code 75, such as 90s or 5m, or {Patience.Endless}",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "5m",
        };
        var settled = new Option<bool>("--settled") { Description = "Be content too when the role is no slave node's and all else is done" };
        var command = new Command("wait", "Wait until this host is connected to its cluster");
        command.Options.Add(timeout);
        command.Options.Add(settled);
        command.SetAction(async (parsed, _) =>
        {
            var patience = Patience.Parse(parsed.GetValue(timeout)!);
            using var signals = new Signals();
            return await RunAsync(options.RootOf(parsed), patience, parsed.GetValue(settled), TimeProvider.System, signals.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(HostRoot root, TimeSpan patience, bool settled, TimeProvider time, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var dots = 0;
        string? words = null;
        while (true)
        {
            // What is said of the connection is said of the identity before the one that is offered.
            var offer = settled ? IdentityStatus.OpenOffer(root) : null;
            var status = offer is null ? Read(root) : null;
            words = offer ?? status?.Message ?? words;
            if (Connection(status) is var (how, connection))
            {
                return End(dots, $"{how} after {Seconds(time.GetElapsedTime(began))}: {connection}.", ExitCode.Done);
            }

            switch (status?.Phase)
            {
                // Without --settled a role that may yet turn out to be a slave node's is waited for.
                case "idle" when settled || !status.IsUnconfirmed:
                    return End(dots, $"There is no connection to wait for: {words}.", settled ? ExitCode.Done : ExitCode.Failed);
                case "stalled":
                    return End(dots, $"It will not connect by itself. {Progress.Sentence(words!)}", ExitCode.Failed);
            }

            var waited = time.GetElapsedTime(began);
            if (patience != Timeout.InfiniteTimeSpan && waited >= patience)
            {
                return End(dots, $"Not connected after {Seconds(waited)}. {Progress.Sentence(words ?? "no agent has said anything yet")}", ExitCode.TryAgainLater);
            }

            if (!Logging.IsUnderSystemd && waited >= (dots + 1) * BetweenDots)
            {
                Console.Write('.');
                dots++;
            }

            await Task.Delay(BetweenLooks, time, cancel);
        }
    }

    /// <summary>How chmpx is connected; null while it is not. The agent may still have something to do: with K2HR3 away it has, and the phase says so.</summary>
    private static (string How, string Message)? Connection(AgentStatus? status) =>
        status?.Steps.FirstOrDefault(step => step.Name == ConnectionController.StepName) is { State: "unchanged" } verified
            ? (status.Connection is { State: "degraded" } ? "Degraded" : "Connected", verified.Message)
            : null;

    /// <summary>What the agent at work says; else what the last one said. Null where an earlier one's words are no longer true.</summary>
    private static AgentStatus? Read(HostRoot root)
    {
        try
        {
            return root.TryRead(AgentPaths.StatusFile) is { } text
                && StatusJson.Read(text) is { } status
                && !IsOutdated(root, status)
                && (status.Role is null || new IdentityFiles(root).ReadRole() is not { } role || role == status.Role)
                ? status
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsOutdated(HostRoot root, AgentStatus status)
    {
        var atWork = new[] { AgentPaths.DaemonLock, AgentPaths.BootstrapLock }
            .Select(path => FileLock.LivingHolderOf(root.At(path)))
            .OfType<int>()
            .ToList();
        return atWork.Count > 0 && !atWork.Contains(status.Pid);
    }

    private static int End(int dots, string words, int code)
    {
        if (dots > 0)
        {
            Console.WriteLine();
        }

        (code == ExitCode.Done ? Console.Out : Console.Error).WriteLine(words);
        return code;
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s";
}
