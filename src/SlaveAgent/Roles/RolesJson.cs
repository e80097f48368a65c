using System.Text.Json.Serialization;

namespace SlaveAgent.Roles;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RoleKeys))]
[JsonSerializable(typeof(AcceptedResource))]
[JsonSerializable(typeof(Dictionary<string, Evidence>))]
internal sealed partial class RolesJson : JsonSerializerContext;
