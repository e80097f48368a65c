using System.Globalization;
using SlaveAgent.K2hr3;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.K2hr3;

/// <summary>One request to the real K2HR3 and what it answered (Fixtures/k2hr3, recorded with curl -v).</summary>
/// <param name="Target">Path and query, as on the request line.</param>
internal sealed record RecordedExchange(string Method, string Target, IReadOnlyDictionary<string, string> Sent, int Status, IReadOnlyDictionary<string, string> Received, string Body)
{
    public static RecordedExchange Load(string name)
    {
        var parts = Fixture.Text($"k2hr3/{name}").Split("----- body -----\n", 2);
        var lines = parts[0].Split('\n', StringSplitOptions.TrimEntries);
        var request = lines.First(l => l.StartsWith("> ", StringComparison.Ordinal)).Split(' ');
        var status = lines.First(l => l.StartsWith("< HTTP", StringComparison.Ordinal)).Split(' ')[2];
        return new RecordedExchange(
            request[1], request[2], Headers(lines, "> "), int.Parse(status, CultureInfo.InvariantCulture), Headers(lines, "< "), parts[1].TrimEnd('\n'));
    }

    public RoleToken? Token => Sent.TryGetValue("x-auth-token", out var header) ? RoleToken.TryParse(header["R=".Length..]) : null;

    public string? ETag => Received.GetValueOrDefault("ETag");

    private static Dictionary<string, string> Headers(string[] lines, string mark) => lines
        .Where(l => l.StartsWith(mark, StringComparison.Ordinal) && l.Contains(": ", StringComparison.Ordinal))
        .Select(l => l[mark.Length..].Split(": ", 2))
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
}
