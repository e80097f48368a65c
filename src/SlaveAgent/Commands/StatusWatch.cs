using System.Runtime.InteropServices;
using SlaveAgent.Composition;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Shows the status until it is ended: on a terminal in place, else each change as lines of its own.</summary>
internal static class StatusWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <returns>What <c>status</c> would have ended with the last time that it was shown.</returns>
    public static async Task<int> RunAsync(HostRoot root, Func<AgentSettings> settings, TimeProvider time)
    {
        // Who closes the terminal, or quits by its other key, has it restored as well.
        using var signals = new Signals(PosixSignal.SIGHUP, PosixSignal.SIGQUIT);
        using var screen = TerminalScreen.IsWanted ? new TerminalScreen() : null;
        var code = ExitCode.TryAgainLater;
        var lasting = string.Empty;
        try
        {
            while (true)
            {
                var status = await StatusObserver.NowAsync(settings, root, signals.Token);
                var text = StatusText.Of(status, IdentityStatus.Load(root), time.GetUtcNow());
                code = StatusCommand.CodeOf(status);
                var before = lasting;
                lasting = StatusJson.Write(Lasting(status));
                if (!(screen?.TryShow(text) ?? (lasting == before ? StandardOutput.IsOpen : TrySay(text, time.GetUtcNow(), isFirst: before.Length == 0))))
                {
                    return code;
                }

                await Task.Delay(Interval, time, signals.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return code;
        }
    }

    private static bool TrySay(StatusText text, DateTimeOffset now, bool isFirst) =>
        StandardOutput.TryWrite($"{(isFirst ? string.Empty : "\n")}{StatusText.Moment(now)}\n{Printable.Lines(text.ToString())}\n");

    /// <summary>Without what changes while nothing happens.</summary>
    internal static AgentStatus Lasting(AgentStatus status) => status with
    {
        K2hr3 = status.K2hr3 is { } k2hr3 ? k2hr3 with { LastAsked = null, LastAnswered = null, NextAttempt = null } : null,
        Servers = status.Servers with { List = [.. status.Servers.List.Select(server => server with { Connection = null })] },
    };
}
