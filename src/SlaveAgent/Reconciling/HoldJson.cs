using System.Text.Json.Serialization;

namespace SlaveAgent.Reconciling;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(Hold))]
internal sealed partial class HoldJson : JsonSerializerContext;
