using System.CommandLine;
using System.CommandLine.Completions;
using SlaveAgent.Composition;

namespace SlaveAgent.Commands;

/// <summary>Tells a shell what fits at the end of its words, from the definitions of the commands themselves.</summary>
internal static class CompleteCommand
{
    /// <summary>What the shell itself completes, by what help calls the value.</summary>
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal) { ["FILE"] = ":file", ["DIR"] = ":directory", ["USER"] = ":user" };

    public static Command Create(RootCommand root)
    {
        var words = new Argument<string[]>("WORD") { Description = "The words of the command line up to the cursor, without quotes; the last is begun, or empty" };
        var command = new Command("complete", "Tell a shell what fits where a command line ends") { Hidden = true };
        command.Arguments.Add(words);
        command.SetAction(parsed =>
        {
            foreach (var (word, description) in Of(root, parsed.GetRequiredValue(words)))
            {
                Console.WriteLine($"{word}\t{description}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <returns>Words that begin with the last one, each with what it is for; or one such as <c>:file</c> for what the shell completes itself.</returns>
    private static IEnumerable<(string Word, string? Description)> Of(RootCommand root, string[] words)
    {
        if (words is not [_, .. var before, var begun])
        {
            return [];
        }

        var parsed = root.Parse(before);
        if (parsed.UnmatchedTokens.Count > 0)
        {
            return [];
        }

        var command = parsed.CommandResult.Command;
        var options = command.Options.Concat(command is RootCommand ? [] : root.Options.Where(option => option.Recursive)).Where(option => !option.Hidden);
        var awaiting = before is [.., var last] ? options.FirstOrDefault(option => (option.Name == last || option.Aliases.Contains(last)) && option.Arity.MinimumNumberOfValues > 0) : null;
        var found = awaiting is not null ? ValuesOf(awaiting.HelpName, awaiting.GetCompletions(CompletionContext.Empty))
            : begun.StartsWith('-') || command is { Subcommands.Count: 0, Arguments.Count: 0 } ? options.Select(option => (option.Name, option.Description))
            : command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name, sub.Description))
                .Concat(command.Arguments.SelectMany(argument => ValuesOf(argument.Name, argument.GetCompletions(CompletionContext.Empty))));
        return found.Where(item => item.Item1.StartsWith(':') || item.Item1.StartsWith(begun, StringComparison.Ordinal)).OrderBy(item => item.Item1, StringComparer.Ordinal);
    }

    private static IEnumerable<(string, string?)> ValuesOf(string? name, IEnumerable<CompletionItem> known) =>
        name is not null && Kinds.TryGetValue(name, out var kind) ? [(kind, null)] : known.Select(item => (item.Label, item.Detail));
}
