using System.Text.Json.Serialization;

namespace SlaveAgent.Reconciling;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RoleKeys))]
[JsonSerializable(typeof(AcceptedResource))]
[JsonSerializable(typeof(AdoptedTooling))]
[JsonSerializable(typeof(ConnectionMemory))]
[JsonSerializable(typeof(StatusRequestMemory))]
[JsonSerializable(typeof(ChmpxStart))]
[JsonSerializable(typeof(UnitChange))]
[JsonSerializable(typeof(ReadyMemory))]
[JsonSerializable(typeof(Dictionary<string, Evidence>))]
internal sealed partial class StateJson : JsonSerializerContext;
