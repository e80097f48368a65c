using System.Text;

namespace SlaveAgent.Chmpx;

/// <summary>
/// A value as chmpx takes it (lib/chmconfutil.cc, extract_conf_value): single quotes keep everything, double quotes allow <c>\"</c>
/// and <c>\\</c>, outside of quotes a backslash hides the next quote and vanishes before anything else but a <c>#</c>, and a <c>#</c> after
/// a blank begins a comment. Only ASCII blanks are blanks.
/// </summary>
public static class IniValue
{
    /// <summary>What chmpx trims; other blanks, such as those of Unicode, are letters to it.</summary>
    internal const string BlankCharacters = " \t\r\n";

    internal static readonly char[] Blanks = [.. BlankCharacters];

    /// <summary>The value, or null when a quote is not closed or a backslash has nothing to hide: chmpx throws such a line away.</summary>
    public static string? TryRead(ReadOnlySpan<char> written)
    {
        written = written.Trim(Blanks);
        if (written.IndexOfAny("\"'\\#") < 0)
        {
            return written.ToString();
        }

        var value = new StringBuilder(written.Length);
        var quote = '\0';
        var escaped = false;
        var afterBlank = false;
        foreach (var c in written)
        {
            if (quote == '\'')
            {
                if (c == '\'')
                {
                    quote = '\0';
                }
                else
                {
                    value.Append(c);
                }
            }
            else if (quote == '"')
            {
                if (c == '"' && !escaped)
                {
                    quote = '\0';
                }
                else if (c == '\\' && !escaped)
                {
                    escaped = true;
                }
                else
                {
                    value.Append(escaped && c is not ('"' or '\\') ? "\\" : string.Empty).Append(c);
                    escaped = false;
                }
            }
            else if (c is '"' or '\'' && !escaped)
            {
                quote = c;
            }
            else if (c == '\\' && !escaped)
            {
                escaped = true;
            }
            else if (c == '#' && afterBlank)
            {
                break;
            }
            else
            {
                value.Append(c);
                if (c is not ('#' or '"' or '\'' or '\\'))
                {
                    afterBlank = c is ' ' or (>= '\t' and <= '\r');
                }

                // Before a # the backslash stays in wait, so that one at the end makes the line unreadable.
                escaped = escaped && c == '#';
            }
        }

        return quote == '\0' && !escaped ? value.ToString().Trim(Blanks) : null;
    }
}
