using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SlaveAgent.Files;

namespace SlaveAgent.Reconciling;

/// <summary>A small thing the agent remembers over restarts, as JSON that only its owner reads.</summary>
internal static class StateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <returns>Null when there is none, or none that can be read: all of it can be learnt again.</returns>
    public static T? TryLoad<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(RegularFile.ReadText(path), type);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public static void Save<T>(string path, T value, JsonTypeInfo<T> type)
    {
        Directories.MakeOwn(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, JsonSerializer.Serialize(value, type), OwnerOnly, keepOwner: false);
    }
}
