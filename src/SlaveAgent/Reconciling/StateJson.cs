using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlaveAgent.Reconciling;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(RoleKeys))]
[JsonSerializable(typeof(AcceptedResource))]
[JsonSerializable(typeof(AgentStatus))]
internal sealed partial class StateJson : JsonSerializerContext
{
    /// <summary>For files and terminals, where an apostrophe need not be escaped as for a web page.</summary>
    public static StateJson Readable { get; } = new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
