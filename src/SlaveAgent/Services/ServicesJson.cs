using System.Text.Json.Serialization;

namespace SlaveAgent.Services;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ChmpxStart))]
[JsonSerializable(typeof(UnitChange))]
[JsonSerializable(typeof(ReadyMemory))]
[JsonSerializable(typeof(StartedOneshots))]
internal sealed partial class ServicesJson : JsonSerializerContext;
