using System.Text;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// A configuration file as chmpx reads it (chmconf.cc: LoadConfigurationRaw): only the exact lines [GLOBAL], [SVRNODE] and
/// [SLVNODE] begin a section that counts, keys are upper case, a repeated key overwrites, and nodes with the same NAME and
/// CTLPORT text are one node.
/// </summary>
internal sealed class RawIni
{
    private static readonly char[] Blanks = [' ', '\t', '\r', '\n'];

    private readonly SortedDictionary<(string Name, string ControlPort), Dictionary<string, string>> _servers = [];
    private readonly SortedDictionary<(string Name, string ControlPort), Dictionary<string, string>> _slaves = [];

    public Dictionary<string, string> Global { get; } = [];

    public IReadOnlyCollection<IReadOnlyDictionary<string, string>> Servers => _servers.Values;

    public IReadOnlyCollection<IReadOnlyDictionary<string, string>> Slaves => _slaves.Values;

    public static RawIni Read(string text)
    {
        var ini = new RawIni();
        string? section = null;
        var keys = new Dictionary<string, string>();
        foreach (var line in text.Split('\n').Select(line => line.Trim(Blanks)).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] == '[' && line[^1] == ']')
            {
                ini.Close(section, keys);
                section = line;
                keys = [];
            }
            else if (section is not null)
            {
                var (key, value) = line.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? (line[..at], line[(at + 1)..]) : (line, "");
                if (Unquote(key) is { Length: > 0 } name && Unquote(value) is { } content)
                {
                    keys[name] = content;
                }
            }
        }
        ini.Close(section, keys);
        return ini;
    }

    private void Close(string? section, Dictionary<string, string> keys)
    {
        var nodes = section switch { "[SVRNODE]" => _servers, "[SLVNODE]" => _slaves, _ => null };
        if (section == "[GLOBAL]")
        {
            Merge(Global, keys);
        }
        else if (nodes is not null && keys.TryGetValue("NAME", out var name))
        {
            var id = (name, keys.GetValueOrDefault("CTLPORT", ""));
            if (nodes.TryGetValue(id, out var same))
            {
                Merge(same, keys);
            }
            else
            {
                nodes[id] = keys;
            }
        }
    }

    private static void Merge(Dictionary<string, string> into, Dictionary<string, string> from)
    {
        foreach (var (key, value) in from)
        {
            into[key] = value;
        }
    }

    /// <summary>Removes quotes, escapes and a comment after a blank. Null when a quote is not closed: chmpx then drops the key.</summary>
    private static string? Unquote(string text)
    {
        var result = new StringBuilder();
        char? quote = null;
        var escaped = false;
        var afterBlank = false;
        foreach (var character in text.Trim(Blanks))
        {
            if (quote == '\'')
            {
                quote = character == '\'' ? null : quote;
                if (quote is not null)
                {
                    result.Append(character);
                }
            }
            else if (escaped)
            {
                escaped = false;
                result.Append(character);
            }
            else if (character == '\\')
            {
                escaped = true;
            }
            else if (character == quote)
            {
                quote = null;
            }
            else if (quote is null && character is '"' or '\'')
            {
                quote = character;
            }
            else if (quote is null && character == '#' && afterBlank)
            {
                break;
            }
            else
            {
                result.Append(character);
            }
            afterBlank = char.IsWhiteSpace(character);
        }
        return quote is null && !escaped ? result.ToString().TrimEnd(Blanks) : null;
    }
}
