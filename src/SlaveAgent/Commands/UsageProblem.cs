using System.CommandLine;
using SlaveAgent.Files;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>What is wrong with a command line, in one sentence.</summary>
internal static class UsageProblem
{
    public static string Of(ParseResult parsed)
    {
        if (parsed.CommandResult.Command is not RootCommand root)
        {
            return parsed.Errors[0].Message;
        }

        string[] commands = [.. root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name)];
        if (parsed.UnmatchedTokens is not [var given, ..])
        {
            return $"A command is missing; the commands are {string.Join(", ", commands)}.";
        }

        return given.StartsWith('-') ? $"There is no option {Printable.Of(given)} before a command."
            : Misspelling.Nearest(given, commands) is { } near ? $"There is no command {Printable.Of(given)}; did you mean {near}?"
            : $"There is no command {Printable.Of(given)}; the commands are {string.Join(", ", commands)}.";
    }
}
