using System.Text.Json.Serialization;

namespace SlaveAgent.Configuration;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(GenerationHistory))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
