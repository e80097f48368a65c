namespace SlaveAgent.Identity;

/// <summary>Formats untrusted text for a message: shortened, quoted, on one line.</summary>
internal static class Printable
{
    private const int MaxLength = 60;

    public static string Of(string text) => $"\"{new string([.. text.Take(MaxLength).Select(c => char.IsControl(c) ? '?' : c)])}\"";
}
