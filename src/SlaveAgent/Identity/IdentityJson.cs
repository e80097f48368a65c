using System.Text.Json.Serialization;

namespace SlaveAgent.Identity;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Machine))]
[JsonSerializable(typeof(IdentityStatus))]
[JsonSerializable(typeof(AcceptedIdentity))]
[JsonSerializable(typeof(AcceptedIdentity[]))]
internal sealed partial class IdentityJson : JsonSerializerContext;
