using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlaveAgent.Sandbox.Viewing;

/// <summary>The agent's history file, an entry a sentence.</summary>
internal static class AgentHistory
{
    /// <summary>Oldest first; empty where there is none yet, or it is being replaced.</summary>
    public static IReadOnlyList<(string Id, DateTimeOffset At, string Text)> Read(string path)
    {
        try
        {
            return [.. JsonNode.Parse(File.ReadAllText(path))!["entries"]!.AsArray().Select(entry => Of(entry!))];
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return [];
        }
    }

    private static (string Id, DateTimeOffset At, string Text) Of(JsonNode entry)
    {
        var at = (DateTimeOffset)entry["at"]!;
        return (int?)entry["generation"] is not { } generation
            ? ($"refused {at:O}", at, $"A configuration was refused: {(string?)entry["message"]}")
            : ($"generation {generation} {at:O}", at, string.Create(CultureInfo.InvariantCulture,
                $"Generation {generation}: {Changes(entry)} ({Cause((string?)entry["cause"])}){After(entry, "loaded")}{After(entry, "connected")}"));
    }

    private static string Changes(JsonNode entry)
    {
        string[] changes =
        [
            .. Names(entry, "added", "+"), .. Names(entry, "removed", "-"), .. Names(entry, "changed", "changed "),
        ];
        return changes.Length > 0 ? string.Join(", ", changes) : $"{(int?)entry["servers"]} servers";
    }

    private static string Cause(string? cause) => cause switch
    {
        "Poll" => "K2HR3 poll",
        "Ring" => "told by the ring",
        _ => cause?.ToLowerInvariant() ?? "",
    };

    private static IEnumerable<string> Names(JsonNode entry, string list, string sign) =>
        entry[list]!["names"]!.AsArray().Select(name => $"{sign}{(string)name!}");

    private static string After(JsonNode entry, string what) => (double?)entry[$"{what}_after_seconds"] is { } seconds
        ? string.Create(CultureInfo.InvariantCulture, $"; {what} after {seconds:0.0} s")
        : "";
}
