using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SlaveAgent.Files;

namespace SlaveAgent.Commands;

/// <summary>The generation that a command is about, as history shows it.</summary>
internal static class GenerationArgument
{
    public static Argument<int?> Create(string description) => new("N") { Description = description, Arity = ArgumentArity.ZeroOrOne, CustomParser = NumberOf };

    private static int? NumberOf(ArgumentResult argument)
    {
        if (argument.Tokens is not [var token])
        {
            return null;
        }

        if (int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return number;
        }

        argument.AddError($"{Printable.Of(token.Value)} is no generation; it is a number from 1 on, such as history shows.");
        return null;
    }
}
