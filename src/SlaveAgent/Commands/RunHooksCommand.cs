using System.CommandLine;
using System.Globalization;
using SlaveAgent.Composition;
using SlaveAgent.Files;
using SlaveAgent.Hooks;

namespace SlaveAgent.Commands;

/// <summary>Run by <c>k2hdkc-slave-hook.service</c>, or where there is no systemd by the daemon: the hooks, and what became of them for the daemon.</summary>
internal static class RunHooksCommand
{
    public static Command Create(CommonOptions options)
    {
        var command = new Command("run-hooks", "Run the executables in hooks.d; for k2hdkc-slave-hook.service") { Hidden = true };
        var limit = new Option<string>("--limit") { Description = "How long all of them may take; then they are killed", HelpName = "DURATION", DefaultValueFactory = _ => TimeLimit.Endless };
        command.Options.Add(limit);
        command.SetAction(async (parsed, _) =>
        {
            var root = options.RootOf(parsed);
            var timeLimit = TimeLimit.Parse(parsed.GetValue(limit)!);
            return timeLimit == Timeout.InfiniteTimeSpan ? await RunAsync(root, timeLimit) : await RunAloneAsync(root, timeLimit);
        });
        return command;
    }

    /// <summary>Where systemd does not see to it that there is one run at a time.</summary>
    private static async Task<int> RunAloneAsync(HostRoot root, TimeSpan timeLimit)
    {
        using var turn = FileLock.TryTake(root.Agent.HookLock);
        if (turn is null)
        {
            await Console.Error.WriteLineAsync($"The hooks are being run{FileLock.HolderText(root.Agent.HookLock)}.");
            return ExitCode.TryAgainLater;
        }

        return await RunAsync(root, timeLimit);
    }

    private static async Task<int> RunAsync(HostRoot root, TimeSpan timeLimit)
    {
        using var signals = new Signals();
        using var deadline = new CancellationTokenSource(timeLimit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, signals.Token);
        var failed = await new HookRunner(Console.Error.WriteLine, endsThem: timeLimit != Timeout.InfiniteTimeSpan).RunAsync(HookDirectory.List(root), either.Token);

        // Not the time limit ended them, and nobody will say that they have told what they were to: they are run again.
        if (timeLimit != Timeout.InfiniteTimeSpan && signals.Token.IsCancellationRequested && !deadline.IsCancellationRequested)
        {
            return ExitCode.TryAgainLater;
        }

        // Not the daemon's run where a person called it by hand.
        if (long.TryParse(Environment.GetEnvironmentVariable("K2HDKC_RUN"), NumberStyles.None, CultureInfo.InvariantCulture, out var run))
        {
            new HookEnd(run, failed).Save(root);
        }

        return failed.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
