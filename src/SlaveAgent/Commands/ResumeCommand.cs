using System.CommandLine;
using SlaveAgent.Composition;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Commands;

/// <summary>Ends a pause and the hold of a configuration.</summary>
internal static class ResumeCommand
{
    public static Command Create(CommonOptions options)
    {
        var command = new Command("resume", "End a pause and the hold of a configuration: the agent goes on with all of its work");
        command.SetAction(parsed =>
        {
            var holds = new HoldKeeper(options.RootOf(parsed), TimeProvider.System);
            var hold = holds.Current;
            holds.End();
            Console.WriteLine(hold is null ? "Nothing was paused or held." : "Resumed: a running agent goes on within seconds.");
            return ExitCode.Done;
        });
        return command;
    }
}
