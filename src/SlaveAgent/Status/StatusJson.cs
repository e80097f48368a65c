using System.Text.Encodings.Web;
using System.Text.Json;

namespace SlaveAgent.Status;

/// <summary>The status as JSON for files and terminals, where an apostrophe need not be escaped as for a web page.</summary>
internal static class StatusJson
{
    private static readonly StatusJsonContext Context = new(new JsonSerializerOptions(StatusJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new PrintableText() },
    });

    public static string Write(AgentStatus status) => JsonSerializer.Serialize(status, Context.AgentStatus);

    /// <returns>Null where it is a status of another schema, or none.</returns>
    public static AgentStatus? TryRead(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, Context.AgentStatus) is { Schema: AgentStatus.CurrentSchema } status ? status : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
