namespace SlaveAgent.Files;

/// <summary>Formats untrusted text for a message: shortened, quoted, on one line.</summary>
internal static class Printable
{
    private const int MaxLength = 60;

    /// <summary>Of a list, which can be as long as an answer is, so many are named.</summary>
    private const int MaxNames = 5;

    public static string Of(string text) => $"\"{new string([.. text.Take(MaxLength).Select(c => char.IsControl(c) ? '?' : c)])}\"";

    public static string Of(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(MaxNames).Select(Of)) + (names.Count > MaxNames ? $" and {names.Count - MaxNames} more" : string.Empty);
}
