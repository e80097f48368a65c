using System.Text.Json.Serialization;

namespace SlaveAgent.Reconciling;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RoleKeys))]
[JsonSerializable(typeof(AcceptedResource))]
[JsonSerializable(typeof(AdoptedTooling))]
[JsonSerializable(typeof(AgentStatus))]
[JsonSerializable(typeof(ConnectionMemory))]
[JsonSerializable(typeof(StatusRequestMemory))]
[JsonSerializable(typeof(ChmpxStart))]
[JsonSerializable(typeof(Dictionary<string, Evidence>))]
internal sealed partial class StateJson : JsonSerializerContext;
