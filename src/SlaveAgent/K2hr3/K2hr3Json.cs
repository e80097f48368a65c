using System.Text.Json.Serialization;

namespace SlaveAgent.K2hr3;

[JsonSerializable(typeof(K2hr3Body))]
internal sealed partial class K2hr3Json : JsonSerializerContext;
