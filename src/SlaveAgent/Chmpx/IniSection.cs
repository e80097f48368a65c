using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>One section, from its head to the next head.</summary>
/// <param name="Line">The head's line number.</param>
/// <param name="Name">Without the brackets.</param>
public sealed record IniSection(int Line, string Name, ImmutableArray<IniLine> Lines)
{
    public const string GlobalName = "GLOBAL";
    public const string ServerName = "SVRNODE";
    public const string SlaveName = "SLVNODE";

    private readonly LineIndex _index = new(Lines);

    public ImmutableArray<IniLine> Lines
    {
        get;
        init
        {
            field = value;
            _index = new LineIndex(value);
        }
    }
    = Lines;

    /// <summary>The line that counts for a key: chmpx lets a repeated key overwrite.</summary>
    public IniLine? Find(string key) => _index.Find(key);

    public string? this[string key] => Find(key)?.Value;

    /// <summary>For each key the line that counts, in the order of the keys' letters.</summary>
    public IEnumerable<IniLine> InOrderOfKeys() => LineIndex.LastOfEach(Lines).Values.OrderBy(line => line.Key, StringComparer.Ordinal);
}
