using System.Text.Json.Serialization;

namespace SlaveAgent.Identity;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Machine))]
internal sealed partial class IdentityJson : JsonSerializerContext;
