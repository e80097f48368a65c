namespace SlaveAgent.Identity;

/// <summary>UUIDs of firmware and clouds, compared case-insensitively.</summary>
internal static class Uuids
{
    /// <summary>Placeholders that board makers leave in the firmware.</summary>
    private static readonly string[] BoardPlaceholders = ["03000200-0400-0500-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc", "fefefefe-fefe-fefe-fefe-fefefefefefe"];

    /// <summary>Whether many machines share the UUID: all zeros, all ones, or a board maker's placeholder.</summary>
    public static bool IsPlaceholder(string text) =>
        Guid.TryParseExact(text, "D", out var uuid)
        && (uuid == Guid.Empty || uuid == Guid.AllBitsSet || BoardPlaceholders.Contains(text, StringComparer.OrdinalIgnoreCase));

    /// <returns>The UUID in lower case; null when the text is not a UUID, or is a placeholder.</returns>
    public static string? Read(string? text) =>
        text?.Trim() is { } trimmed && Guid.TryParseExact(trimmed, "D", out var uuid) && !IsPlaceholder(trimmed) ? uuid.ToString("D") : null;
}
