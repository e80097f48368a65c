using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>Finds the last line with a key, but none that chmpx throws away. A node has some ten lines, which are looked through; what has many gets a table, so that a lookup never costs more for more lines.</summary>
internal readonly record struct LineIndex
{
    private const int MostLookedThrough = 24;

    private readonly ImmutableArray<IniLine> _lines;
    private readonly Dictionary<string, IniLine>? _table;

    public LineIndex(ImmutableArray<IniLine> lines)
    {
        _lines = lines;
        _table = lines.Length > MostLookedThrough ? LastOfEach(lines) : null;
    }

    public static Dictionary<string, IniLine> LastOfEach(IEnumerable<IniLine> lines)
    {
        var table = new Dictionary<string, IniLine>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (line is { Key: not null, Value: not null })
            {
                table[line.Key] = line;
            }
        }

        return table;
    }

    public IniLine? Find(string key)
    {
        if (_table is not null)
        {
            return _table.GetValueOrDefault(key);
        }

        for (var i = _lines.Length - 1; i >= 0; i--)
        {
            if (_lines[i].Key == key && _lines[i].Value is not null)
            {
                return _lines[i];
            }
        }

        return null;
    }
}
