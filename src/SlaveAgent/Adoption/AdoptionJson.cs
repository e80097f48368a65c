using System.Text.Json.Serialization;

namespace SlaveAgent.Adoption;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AdoptedTooling))]
internal sealed partial class AdoptionJson : JsonSerializerContext;
