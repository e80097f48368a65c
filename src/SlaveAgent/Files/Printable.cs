using System.Globalization;

namespace SlaveAgent.Files;

/// <summary>Formats untrusted text for a message: shortened, quoted, on one line.</summary>
internal static class Printable
{
    private const int MaxLength = 60;

    /// <summary>Of a list, which can be as long as an answer is, so many are named.</summary>
    private const int MaxNames = 5;

    public static string Of(string text) => $"\"{Cut(text, MaxLength)}\"";

    /// <summary>On one line and of at most so many characters.</summary>
    public static string Cut(string text, int longest) => OnOneLine(text.Length > longest ? text[..longest] : text);

    public static string Of(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(MaxNames).Select(Of)) + (names.Count > MaxNames ? $" and {names.Count - MaxNames} more" : string.Empty);

    /// <summary>The text with a question mark for each character that a terminal would interpret, or that would break or reorder the line.</summary>
    public static string OnOneLine(string text) => text.Any(IsInterpreted) ? new string([.. text.Select(c => IsInterpreted(c) ? '?' : c)]) : text;

    /// <summary>As <see cref="OnOneLine"/>, but the agent's own line breaks and tabs stay.</summary>
    public static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => string.Join('\t', line.Split('\t').Select(OnOneLine))));

    /// <summary>Control characters of both sets, separators of lines, and the marks by which text is turned around or hidden.</summary>
    private static bool IsInterpreted(char c) => char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
