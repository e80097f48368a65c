namespace SlaveAgent.Identity;

/// <summary>A text of somebody else's for a message: short, quoted, on one line.</summary>
internal static class Printable
{
    private const int Longest = 60;

    public static string Of(string text) => $"\"{new string([.. text.Take(Longest).Select(c => char.IsControl(c) ? '?' : c)])}\"";
}
