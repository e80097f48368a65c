using SlaveAgent.Chmpx;

namespace SlaveAgent.Connection;

/// <summary>The history of requests to servers to tell the ring their status again, kept over restarts and reboots: each may be sent a few times only.</summary>
/// <param name="Servers">By <see cref="NodeKey"/> as text.</param>
public sealed record StatusRequestMemory(IReadOnlyDictionary<string, UpdateStatusHistory> Servers)
{
    public static StatusRequestMemory Empty { get; } = new(new Dictionary<string, UpdateStatusHistory>());

    public UpdateStatusHistory Of(NodeKey server) => Servers.GetValueOrDefault(server.ToString()) ?? UpdateStatusHistory.Empty;

    public StatusRequestMemory With(NodeKey server, UpdateStatusHistory history) =>
        new(new Dictionary<string, UpdateStatusHistory>(Servers) { [server.ToString()] = history });

    /// <summary>All servers are connected: only how long ago the last request was still counts.</summary>
    public StatusRequestMemory WhenComplete() => new(Servers
        .Where(server => server.Value.LastSent is not null)
        .ToDictionary(server => server.Key, server => server.Value.WhenComplete()));
}
