using System.Globalization;
using System.Text.RegularExpressions;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// The expressions allowed inside <c>{{ }}</c>: variables <c>%name%</c> with members <c>{'key'}</c> and <c>.length</c>,
/// strings, numbers, sums, and one comparison. An unknown variable is empty, not an error.
/// </summary>
internal static partial class TemplateExpression
{
    public static bool IsWellFormed(string text) => Comparison().Split(text) is { Length: 1 or 3 } sides
        && sides.Where((_, index) => index % 2 == 0).All(side => Sum(side) is not null);

    public static bool IsTrue(string text, Func<string, object?> variables) =>
        Comparison().Split(text) is [var left, var comparison, var right]
            ? Compare(Evaluate(left, variables), comparison, Evaluate(right, variables))
            : Evaluate(text, variables) switch { null or "" or 0L => false, _ => true };

    public static object? Evaluate(string text, Func<string, object?> variables)
    {
        var values = Sum(text)!.Select(term => Value(term, variables)).ToList();
        return values switch
        {
            [var only] => only,
            _ when values.All(value => Number(value) is not null) => values.Sum(value => Number(value)!.Value),
            _ => string.Concat(values.Select(Print)),
        };
    }

    public static string Print(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static List<Match>? Sum(string text)
    {
        var terms = new List<Match>();
        for (var at = 0; ;)
        {
            var term = Term().Match(text, at);
            if (!term.Success)
            {
                return null;
            }
            terms.Add(term);
            at = term.Index + term.Length;
            if (at == text.Length)
            {
                return terms;
            }
            if (text[at++] != '+')
            {
                return null;
            }
        }
    }

    private static object? Value(Match term, Func<string, object?> variables)
    {
        if (term.Groups["string"] is { Success: true } literal)
        {
            return literal.Value[1..^1];
        }
        if (term.Groups["number"] is { Success: true } number)
        {
            return long.Parse(number.Value, CultureInfo.InvariantCulture);
        }
        var value = variables(term.Groups["name"].Value);
        foreach (Capture member in term.Groups["member"].Captures)
        {
            value = (value as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault(Print(Evaluate(member.Value, variables)));
        }
        return term.Groups["length"].Success
            ? value switch { IReadOnlyDictionary<string, object?> map => (long)map.Count, string word => (long)word.Length, _ => 0L }
            : value;
    }

    private static bool Compare(object? left, string comparison, object? right)
    {
        var order = Number(left) is { } a && Number(right) is { } b ? a.CompareTo(b) : string.CompareOrdinal(Print(left), Print(right));
        return comparison switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<=" => order <= 0,
            ">=" => order >= 0,
            "<" => order < 0,
            _ => order > 0,
        };
    }

    private static long? Number(object? value) => value switch
    {
        long number => number,
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    [GeneratedRegex("""\G\s*(?:(?<string>'[^']*'|"[^"]*")|(?<number>\d+)|%(?<name>[^%]+)%(?:\{(?<member>[^{}]+)\})*(?<length>\.(?:length|size|count))?)\s*""")]
    private static partial Regex Term();

    [GeneratedRegex("(==|!=|<=|>=|<|>)")]
    private static partial Regex Comparison();
}
