using System.Text.Json;
using SlaveAgent.Files;

namespace SlaveAgent.Reconciling;

/// <summary>The last text of a resource that became a configuration, kept over restarts.</summary>
public sealed record AcceptedResource(string Yrn, string? ETag, string Text)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <returns>Null when there is none, it is broken, or it is another resource's.</returns>
    public static AcceptedResource? Load(string path, string yrn)
    {
        try
        {
            return JsonSerializer.Deserialize(RegularFile.ReadText(path), StateJson.Default.AcceptedResource) is { Text: not null } kept && kept.Yrn == yrn
                ? kept
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, JsonSerializer.Serialize(this, StateJson.Default.AcceptedResource), OwnerOnly);
    }
}
