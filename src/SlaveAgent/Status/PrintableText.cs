using System.Text.Json;
using System.Text.Json.Serialization;
using SlaveAgent.Files;

namespace SlaveAgent.Status;

/// <summary>Texts of the status, of which some are of others' making: a program that prints one as it is must not control a terminal by it.</summary>
internal sealed class PrintableText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(Printable.Lines(value));
}
