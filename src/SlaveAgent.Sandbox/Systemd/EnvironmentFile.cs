using System.Text;

namespace SlaveAgent.Sandbox.Systemd;

/// <summary>Reads an <c>EnvironmentFile=</c> as systemd does (systemd.exec(5)): quoted parts of a value are joined, and what is quoted stands for itself.</summary>
public static class EnvironmentFile
{
    /// <summary>In double quotes only these lose the backslash before them.</summary>
    private const string Escapable = "\"\\`$";

    private const string Blanks = " \t\r";

    /// <returns>The variables by their names; a later one of a name counts.</returns>
    public static IReadOnlyDictionary<string, string> Read(string text)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            var end = text.IndexOf('\n', at) is >= 0 and var newline ? newline : text.Length;
            var equals = text.IndexOf('=', at, end - at);
            if (text[at] is '#' or ';' || equals < 0)
            {
                at = end;
                continue;
            }
            var name = text[at..equals].Trim();
            (variables[name], at) = ReadValue(text, equals + 1);
        }
        return variables;
    }

    private static (string Value, int End) ReadValue(string text, int at)
    {
        var value = new StringBuilder();
        while (at < text.Length && text[at] != '\n')
        {
            at = text[at] switch
            {
                '\'' => ReadSingle(text, at + 1, value),
                '"' => ReadDouble(text, at + 1, value),
                _ when Blanks.Contains(text[at], StringComparison.Ordinal) => at + 1,
                _ => ReadBare(text, at, value),
            };
        }
        return (value.ToString(), at);
    }

    private static int ReadSingle(string text, int at, StringBuilder value)
    {
        for (; at < text.Length && text[at] != '\''; at++)
        {
            value.Append(text[at]);
        }
        return at + 1;
    }

    private static int ReadDouble(string text, int at, StringBuilder value)
    {
        for (; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
                value.Append(Escapable.Contains(text[at], StringComparison.Ordinal) ? $"{text[at]}" : text[at] == '\n' ? "" : $"\\{text[at]}");
            }
            else
            {
                value.Append(text[at]);
            }
        }
        return at + 1;
    }

    /// <summary>Up to the end of the line: a quote within is no quote any more.</summary>
    private static int ReadBare(string text, int at, StringBuilder value)
    {
        var bare = new StringBuilder();
        for (; at < text.Length && text[at] != '\n'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
                bare.Append(text[at] == '\n' ? "" : $"{text[at]}");
            }
            else
            {
                bare.Append(text[at]);
            }
        }
        value.Append(bare.ToString().TrimEnd(Blanks.ToCharArray()));
        return at;
    }
}
