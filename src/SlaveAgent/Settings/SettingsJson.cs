using System.Text.Json.Serialization;

namespace SlaveAgent.Settings;

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(SortedDictionary<string, IReadOnlyList<string>>))]
internal sealed partial class SettingsJson : JsonSerializerContext;
