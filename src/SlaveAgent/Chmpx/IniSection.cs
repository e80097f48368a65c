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

    /// <summary>The line that counts for a key: chmpx lets a repeated key overwrite.</summary>
    public IniLine? Find(string key)
    {
        for (var i = Lines.Length - 1; i >= 0; i--)
        {
            if (Lines[i].Key == key)
            {
                return Lines[i];
            }
        }

        return null;
    }

    public string? this[string key] => Find(key)?.Value;
}
