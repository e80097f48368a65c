using System.Text.Json.Serialization;

namespace SlaveAgent.Fuzz.Differential;

/// <summary>What the real chmpx 1.0.113 did with a configuration.</summary>
/// <param name="Runs">Null when it hung.</param>
public sealed record Recorded(bool? Runs, string Text);

[JsonSerializable(typeof(Recorded))]
public sealed partial class RecordedJson : JsonSerializerContext;
