namespace SlaveAgent.Chmpx;

/// <summary>One line of a section: a <c>KEY = value</c>, or a comment kept for people.</summary>
/// <param name="Number">From 1, in the text it was read from.</param>
/// <param name="Key">Null for a comment.</param>
/// <param name="Written">The value as written, with its quotes and trailing comment; or the comment.</param>
/// <param name="Value">The value as chmpx understands it; null when chmpx would throw the line away (a quote that is not closed).</param>
public sealed record IniLine(int Number, string? Key, string Written, string? Value);
