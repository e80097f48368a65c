using System.CommandLine;
using SlaveAgent.Chmpx;
using SlaveAgent.Composition;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>
/// Run by the drop-in of chmpx's unit before each start, as chmpx's user: names in the unit's journal what chmpx is about to end on. It says only "failed to initialize" itself. Nothing
/// is kept from its start by this: whether chmpx ends is chmpx's decision.
/// </summary>
internal static class CheckConfigurationCommand
{
    public static Command Create(CommonOptions options)
    {
        var configuration = new Option<string>("--configuration") { Description = "The configuration that chmpx starts with", HelpName = "FILE", Required = true };
        var command = new Command("check-configuration", "Run by chmpx's unit before each start, as chmpx's user: tell what chmpx would end on") { Hidden = true };
        command.Options.Add(configuration);
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(configuration)!;
            foreach (var problem in StartCheck.Make(options.RootOf(parsed), path))
            {
                Console.WriteLine($"{path}, {Progress.Sentence($"{problem} ({problem.Code})")}");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
