using System.Text.Json.Serialization;

namespace SlaveAgent.Reconciling;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(KeptPace))]
internal sealed partial class ReconcilingJson : JsonSerializerContext;
