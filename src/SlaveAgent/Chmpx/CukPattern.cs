using System.Text;
using System.Text.RegularExpressions;

namespace SlaveAgent.Chmpx;

/// <summary>
/// The CUK of a slave's entry may be a POSIX extended regular expression, which chmpx looks for anywhere in a CUK (lib/chmregex.cc, IsMatchCuk). What this
/// does not know of them matches nothing. A match takes time in proportion to the CUK, whatever the expression.
/// </summary>
internal static partial class CukPattern
{
    private const int Longest = 256;

    public static bool IsMatch(string cuk, string entry) =>
        cuk == entry || (entry.Length is > 0 and <= Longest && (entry.AsSpan().IndexOfAny(Special) < 0
            ? cuk.Contains(entry, StringComparison.Ordinal)
            : Translate(entry) is { } pattern && Matches(cuk, pattern)));

    private const string Special = "[](){}|*+?.^$\\";

    private static bool Matches(string cuk, string pattern)
    {
        try
        {
            return Regex.IsMatch(cuk, pattern, RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private static string? Translate(string posix)
    {
        var pattern = new StringBuilder(posix.Length);
        for (var at = 0; at < posix.Length; at++)
        {
            switch (posix[at])
            {
                case '[':
                    var end = EndOfBrackets(posix, at);
                    if (end < 0)
                    {
                        return null;
                    }

                    pattern.Append(Brackets(posix[(at + 1)..end]));
                    at = end;
                    break;
                case '{' when !Interval().IsMatch(posix.AsSpan(at)):
                case '*' or '+' or '?' or '{' when at == 0 || posix[at - 1] is '(' or '|' or '*' or '+' or '?' or '^' or '}':
                case '\\' when at + 1 == posix.Length || char.IsAsciiLetterOrDigit(posix[at + 1]) || posix[at + 1] is '<' or '>' or '`' or '\'':
                    return null;
                case '\\':
                    pattern.Append(Regex.Escape(posix[++at].ToString()));
                    break;
                case '(' or ')' or '|' or '*' or '+' or '?' or '.' or '^' or '{' or '}' or ',':
                    pattern.Append(posix[at] == '(' ? "(?:" : posix[at].ToString());
                    break;
                case '$':
                    pattern.Append("\\z");
                    break;
                default:
                    pattern.Append(Regex.Escape(posix[at].ToString()));
                    break;
            }
        }

        return pattern.ToString();
    }

    // The first ] may be one of the set, and so may those of a class such as [:alpha:].
    private static int EndOfBrackets(string posix, int begin)
    {
        var at = begin + 1;
        at += at < posix.Length && posix[at] == '^' ? 1 : 0;
        at += at < posix.Length && posix[at] == ']' ? 1 : 0;
        for (; at < posix.Length && posix[at] != ']'; at++)
        {
            if (posix[at] == '[' && at + 1 < posix.Length && posix[at + 1] == ':')
            {
                at = posix.IndexOf(":]", at + 2, StringComparison.Ordinal) is > 0 and var close ? close + 1 : posix.Length;
            }
        }

        return at < posix.Length ? at : -1;
    }

    private static string Brackets(string set)
    {
        foreach (var (name, members) in Classes)
        {
            set = set.Replace($"[:{name}:]", members, StringComparison.Ordinal);
        }

        var isNegated = set.StartsWith('^');
        return $"[{(isNegated ? "^" : string.Empty)}{set[(isNegated ? 1 : 0)..].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal)}]";
    }

    private static readonly (string Name, string Members)[] Classes =
        [("alpha", "A-Za-z"), ("digit", "0-9"), ("alnum", "A-Za-z0-9"), ("xdigit", "0-9A-Fa-f"), ("lower", "a-z"), ("upper", "A-Z")];

    [GeneratedRegex(@"\A\{[0-9]{1,2}(,[0-9]{0,2})?\}")]
    private static partial Regex Interval();
}
