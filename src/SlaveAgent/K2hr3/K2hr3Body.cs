using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlaveAgent.K2hr3;

/// <summary>The JSON that K2HR3 answers with.</summary>
/// <param name="Resource">A string, or a number for a key that was set as one; an object for <c>type=object</c>, which the agent never requests.</param>
internal sealed record K2hr3Body(
    [property: JsonPropertyName("result")] bool? Result,
    [property: JsonPropertyName("message")] JsonElement? Message,
    [property: JsonPropertyName("resource")] JsonElement? Resource)
{
    /// <summary>Reads an answer's bytes; null when they are not such JSON.</summary>
    public static K2hr3Body? TryRead(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, K2hr3Json.Default.K2hr3Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The resource's text; null when it is not a string, or not valid UTF-8.</summary>
    public string? ResourceText => TextOf(Resource);

    /// <summary>A key's value; one that was set as a number or a Boolean is returned as such by K2HR3, not as a string. Null for an object, a list or nothing.</summary>
    public string? KeyText => Resource is { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } value
        ? value.GetRawText()
        : ResourceText;

    public string? MessageText => TextOf(Message);

    private static string? TextOf(JsonElement? element)
    {
        try
        {
            return element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // What JsonElement throws for bytes that are not UTF-8.
            return null;
        }
    }
}
