using System.CommandLine;
using SlaveAgent.Composition;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Has the agent observe and report, and change nothing, until a time.</summary>
internal static class PauseCommand
{
    public static Command Create(CommonOptions options)
    {
        var length = HoldOptions.Length("--for");
        var reason = HoldOptions.Reason();
        var command = new Command("pause", "Have the agent observe and change nothing for a while: no file, unit, package or registration") { length, reason };
        command.SetAction(parsed =>
        {
            var now = DateTimeOffset.UtcNow;
            var hold = new Hold(HoldKind.Paused, now, HoldOptions.Until(parsed.GetRequiredValue(length), now), parsed.GetValue(reason));
            var all = new HoldKeeper(options.RootOf(parsed), TimeProvider.System).Set(hold);
            Console.WriteLine(Progress.Sentence(all.ToString()));
            return ExitCode.Done;
        });
        return command;
    }
}
