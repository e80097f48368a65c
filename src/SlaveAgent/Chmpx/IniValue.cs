using System.Text;

namespace SlaveAgent.Chmpx;

/// <summary>
/// A value as chmpx takes it (lib/chmconfutil.cc, extract_conf_value): single quotes keep everything, double quotes allow <c>\"</c>
/// and <c>\\</c>, outside of quotes a backslash hides the next quote, and a <c>#</c> after a blank begins a comment.
/// </summary>
public static class IniValue
{
    /// <summary>The value, or null when a quote is not closed or a backslash has nothing to hide: chmpx throws such a line away.</summary>
    public static string? TryRead(ReadOnlySpan<char> written)
    {
        written = written.Trim();
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
            else if (escaped)
            {
                escaped = false;
                if (quote == '"' && c is not ('"' or '\\'))
                {
                    value.Append('\\');
                }

                value.Append(c);
            }
            else if (c == '\\')
            {
                escaped = true;
            }
            else if (quote == '"')
            {
                if (c == '"')
                {
                    quote = '\0';
                }
                else
                {
                    value.Append(c);
                }
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c == '#' && afterBlank)
            {
                break;
            }
            else
            {
                value.Append(c);
                afterBlank = char.IsWhiteSpace(c);
            }
        }

        return quote == '\0' && !escaped ? value.ToString().Trim() : null;
    }
}
