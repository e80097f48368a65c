namespace SlaveAgent.Identity;

/// <summary>UUIDs of firmware and clouds, compared whatever case they are written in.</summary>
internal static class Uuids
{
    /// <summary>What board makers leave in the firmware where they set no UUID.</summary>
    private static readonly string[] OfManyBoards = ["03000200-0400-0500-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc", "fefefefe-fefe-fefe-fefe-fefefefefefe"];

    /// <summary>Whether a UUID is one that many machines have: all zeros, all ones, or a board maker's example.</summary>
    public static bool IsPlaceholder(string text) =>
        Guid.TryParseExact(text, "D", out var uuid)
        && (uuid == Guid.Empty || uuid == Guid.AllBitsSet || OfManyBoards.Contains(text, StringComparer.OrdinalIgnoreCase));

    /// <returns>The UUID in lower case; null when the text is none, or one that many machines have.</returns>
    public static string? Read(string? text) =>
        text?.Trim() is { } trimmed && Guid.TryParseExact(trimmed, "D", out var uuid) && !IsPlaceholder(trimmed) ? uuid.ToString("D") : null;
}
