using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlaveAgent.Sandbox.Viewing;

/// <summary>What of the agent's status file is shown.</summary>
/// <param name="Connection">A state such as <c>connected</c>.</param>
/// <param name="Message">The connection in words.</param>
/// <param name="Written">The generation in place.</param>
/// <param name="Loaded">What chmpx has loaded.</param>
internal sealed record AgentReport(string Connection, string Message, bool IsPaused, int? Written, int? Loaded, IReadOnlySet<string> ConnectedCuks)
{
    /// <summary>Null where there is none, or it is being replaced.</summary>
    public static AgentReport? Read(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) is { } status ? Of(status) : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    public bool IsConnectedTo(string cuk) => ConnectedCuks.Contains(cuk);

    private static AgentReport Of(JsonNode status) => new(
        (string)status["connection"]!["state"]!, (string)status["connection"]!["message"]!,
        (string?)status["hold"]?["kind"] == "paused", (int?)status["generation"]!["written"], (int?)status["generation"]!["loaded"],
        status["servers"]!["list"]!.AsArray().Where(server => (string?)server!["state"] == "connected").Select(server => (string)server!["cuk"]!).ToHashSet());
}
