using System.Text.Json.Serialization;

namespace SlaveAgent.Reconciling;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(RoleKeys))]
[JsonSerializable(typeof(AcceptedResource))]
[JsonSerializable(typeof(AdoptedTooling))]
[JsonSerializable(typeof(AgentStatus))]
internal sealed partial class StateJson : JsonSerializerContext;
