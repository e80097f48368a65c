using System.Text.Json.Serialization;

namespace SlaveAgent.Connection;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ConnectionMemory))]
[JsonSerializable(typeof(StatusRequestMemory))]
internal sealed partial class ConnectionJson : JsonSerializerContext;
