using System.CommandLine;
using System.Globalization;
using SlaveAgent.Composition;
using SlaveAgent.Hooks;

namespace SlaveAgent.Commands;

/// <summary>Run by <c>k2hdkc-slave-hook.service</c>: the hooks, and what became of them for the daemon.</summary>
internal static class RunHooksCommand
{
    public static Command Create(CommonOptions options)
    {
        var command = new Command("run-hooks", "Run the executables in hooks.d; for k2hdkc-slave-hook.service") { Hidden = true };
        command.SetAction(async (parsed, _) =>
        {
            var root = options.RootOf(parsed);
            using var signals = new Signals();
            var failed = await new HookRunner(Console.Error.WriteLine).RunAsync(HookDirectory.List(root), signals.Token);

            // Not the daemon's run where a person called it by hand.
            if (long.TryParse(Environment.GetEnvironmentVariable("K2HDKC_RUN"), NumberStyles.None, CultureInfo.InvariantCulture, out var run))
            {
                new HookEnd(run, failed).Save(root);
            }

            return failed.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }
}
