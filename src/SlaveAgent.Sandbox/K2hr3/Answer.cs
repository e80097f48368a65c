using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// An answer before it is sent. A null body sends none. <see cref="CutAfter"/> aborts the connection after that number of
/// bytes of the body; it, <see cref="Delay"/> and <see cref="Headers"/> are for tests of bad HTTP.
/// </summary>
public sealed record Answer(int Status, byte[]? Body = null, string? ContentType = null)
{
    private const string JsonType = "application/json; charset=utf-8";

    // JSON.stringify leaves <, > and + as they are.
    private static readonly JsonSerializerOptions AsExpressDoes = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public TimeSpan Delay { get; init; }

    public int? CutAfter { get; init; }

    public string Text => Body is null ? "" : Encoding.UTF8.GetString(Body);

    public static Answer Json(int status, object body) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(body, AsExpressDoes), JsonType);

    public static Answer Done(int status) => Json(status, new { result = true, message = (string?)null });

    public static Answer Error(int status, string message) => Json(status, new { result = false, message });

    /// <summary>An error without a body, as HEAD and DELETE have them (recorded: 50, 65).</summary>
    public static Answer Bare(int status) => new(status, ContentType: status == 204 ? null : JsonType);

    /// <summary>K2HR3's answer to everything unexpected, an unknown path included (recorded: 48, 72).</summary>
    public static Answer Unexpected(int status) => Error(status, "Internal server error");

    public static string Quote(string? text) => text is null ? "null" : JsonSerializer.Serialize(text, AsExpressDoes);
}
