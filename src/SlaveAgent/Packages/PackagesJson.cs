using System.Text.Json.Serialization;

namespace SlaveAgent.Packages;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ListUpdate))]
internal sealed partial class PackagesJson : JsonSerializerContext;
