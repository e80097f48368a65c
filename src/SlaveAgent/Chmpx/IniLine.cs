namespace SlaveAgent.Chmpx;

/// <summary>One line of a section: a <c>KEY = value</c>, or a comment kept for people.</summary>
/// <param name="Number">From 1, in the text it was read from.</param>
/// <param name="Key">As chmpx understands it; null for a comment.</param>
/// <param name="Written">The value as written, with its quotes and trailing comment; or the comment.</param>
/// <param name="Value">The value as chmpx understands it; null when chmpx throws the line away (a quote that is not closed).</param>
public sealed record IniLine(int Number, string? Key, string Written, string? Value)
{
    /// <summary>The key as written, with its quotes; written out again as it stands, it stays the key that it is.</summary>
    public string WrittenKey { get; init; } = Key ?? string.Empty;
}
