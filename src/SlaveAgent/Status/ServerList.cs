using SlaveAgent.Chmpx;
using SlaveAgent.Ring;

namespace SlaveAgent.Status;

/// <summary>Puts the configuration's servers and the ring's side by side. Pure.</summary>
public static class ServerList
{
    /// <param name="sockets">The kernel's table, if it was read.</param>
    public static IReadOnlyList<ServerStatus> Of(IniDocument? ini, RingView? view, SocketReport? sockets = null)
    {
        var listed = ini?.ServerNodes.All ?? [];
        var shown = view?.ByKey();
        var servers = listed.Select(server => new ServerStatus(
            server.Name, server.Key.Cuk, server.Key.ControlPort, AddressOf(server.Section), StateOf(shown?.GetValueOrDefault(server.Key)), null)
        {
            Connection = sockets?.Telling(server.Key) is { } socket ? ServerConnection.Of(socket) : null,
        }).ToList();
        var known = listed.Select(server => server.Key).ToHashSet();
        servers.AddRange((view?.Servers ?? []).Where(other => !known.Contains(other.Key))
            .Select(other => new ServerStatus(other.Name, other.Key.Cuk, other.Key.ControlPort, null, ServerStates.Unlisted, null)));
        return servers;
    }

    private static string AddressOf(IniSection section) => section["PORT"] is { Length: > 0 } port ? $"{section["NAME"]}:{port}" : section["NAME"] ?? string.Empty;

    private static string StateOf(RingServer? server) => server switch
    {
        null => ServerStates.Absent,
        { IsHalfOpen: true } => ServerStates.HalfOpen,
        { IsConnected: true } => ServerStates.Connected,
        { IsUp: true } => ServerStates.Up,
        _ => ServerStates.Down,
    };
}
