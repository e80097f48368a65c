using System.Text.Json.Serialization;

namespace SlaveAgent.Hooks;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(HookRun))]
[JsonSerializable(typeof(HookEnd))]
[JsonSerializable(typeof(HookMemory))]
internal sealed partial class HooksJson : JsonSerializerContext;
