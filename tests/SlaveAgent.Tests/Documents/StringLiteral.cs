using System.Text.RegularExpressions;

namespace SlaveAgent.Tests.Documents;

/// <summary>A text between quotation marks in a C# file, or what stands of an interpolated one between its holes.</summary>
/// <param name="Position">In the file.</param>
/// <param name="Calls">The calls whose argument it is, the innermost last; a constructor and a parenthesis without a name are empty ones.</param>
/// <param name="Before">What stands before it on the last lines.</param>
internal sealed partial record StringLiteral(int Position, string Text, IReadOnlyList<string> Calls, string Before)
{
    private const int Context = 80;

    public static IEnumerable<StringLiteral> Of(string code)
    {
        var found = new List<StringLiteral>();
        Read(code, 0, [], found);
        return found;
    }

    private static void Read(string code, int offset, List<string> calls, List<StringLiteral> found)
    {
        for (var at = 0; at < code.Length;)
        {
            if (Skipped().Match(code, at) is { Success: true } skipped)
            {
                at += skipped.Length;
            }
            else if (Quote().Match(code, at) is { Success: true } quote)
            {
                at = ReadText(code, at, quote, offset, calls, found);
            }
            else
            {
                if (code[at] == '(')
                {
                    calls.Add(Name().Match(Behind(code, at)) is { Success: true } name ? name.Groups["name"].Value : string.Empty);
                }
                else if (code[at] == ')' && calls.Count > 0)
                {
                    calls.RemoveAt(calls.Count - 1);
                }

                at++;
            }
        }
    }

    /// <returns>Where the code goes on.</returns>
    private static int ReadText(string code, int start, Match quote, int offset, List<string> calls, List<StringLiteral> found)
    {
        var marks = quote.Groups["marks"].Value;
        var isRaw = marks.Length > 1;
        var isVerbatim = quote.Value.Contains('@', StringComparison.Ordinal);
        var holes = isRaw ? quote.Value.Count(c => c == '$') : Math.Min(1, quote.Value.Count(c => c == '$'));
        var opening = new string('{', holes);
        var before = Behind(code, start);
        var piece = start + quote.Length;
        for (var at = piece; ;)
        {
            if (at >= code.Length || (code.AsSpan(at).StartsWith(marks, StringComparison.Ordinal) && !(isVerbatim && code.AsSpan(at).StartsWith("\"\"", StringComparison.Ordinal))))
            {
                Add(at);
                return at + marks.Length;
            }

            if (!isRaw && ((!isVerbatim && code[at] == '\\') || code.AsSpan(at).StartsWith("\"\"", StringComparison.Ordinal) || (holes > 0 && code.AsSpan(at).StartsWith("{{", StringComparison.Ordinal))))
            {
                at += 2;
            }
            else if (holes > 0 && code.AsSpan(at).StartsWith(opening, StringComparison.Ordinal))
            {
                Add(at);
                var end = EndOfHole(code, at + holes);
                Read(code[(at + holes)..end], offset + at + holes, [.. calls], found);
                at = piece = end + holes;
            }
            else
            {
                at++;
            }
        }

        void Add(int end) => found.Add(new StringLiteral(offset + piece, Escape().Replace(code[piece..end], " "), [.. calls], before));
    }

    private static int EndOfHole(string code, int at)
    {
        for (var depth = 0; at < code.Length; at++)
        {
            if (Skipped().Match(code, at) is { Success: true } skipped)
            {
                at += skipped.Length - 1;
            }
            else if (Quote().Match(code, at) is { Success: true } quote)
            {
                at = ReadText(code, at, quote, 0, [], []) - 1;
            }
            else if (code[at] is '{' or '(')
            {
                depth++;
            }
            else if (code[at] is '}' or ')' && depth-- == 0)
            {
                break;
            }
        }

        return at;
    }

    private static string Behind(string code, int at) => code[Math.Max(0, at - Context)..at];

    [GeneratedRegex(@"\G(?://[^\n]*|/\*.*?\*/|'(?:\\.[^']*|[^\\'])')", RegexOptions.Singleline)]
    private static partial Regex Skipped();

    [GeneratedRegex(@"\G[$@]*(?<marks>""""""+|"")")]
    private static partial Regex Quote();

    [GeneratedRegex(@"(?<!\bnew\s+)(?<![\w.])(?!(?:new|is|or|and|not|when|in|return|await|if|while|for|foreach|switch)\()(?<name>[\w.]+)(?:<[^()]*>)?$")]
    private static partial Regex Name();

    [GeneratedRegex(@"\\.|[\r\n]")]
    private static partial Regex Escape();
}
