using System.Text.Encodings.Web;
using System.Text.Json;

namespace SlaveAgent.Reconciling;

/// <summary>The status as JSON for files and terminals, where an apostrophe need not be escaped as for a web page.</summary>
internal static class StatusJson
{
    private static readonly StateJson Context = new(new JsonSerializerOptions(StateJson.Default.AgentStatus.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Write(AgentStatus status) => JsonSerializer.Serialize(status, Context.AgentStatus);

    /// <exception cref="JsonException">It is no status.</exception>
    public static AgentStatus? Read(string text) => JsonSerializer.Deserialize(text, Context.AgentStatus);
}
