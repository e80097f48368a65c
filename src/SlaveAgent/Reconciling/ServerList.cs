using SlaveAgent.Chmpx;

namespace SlaveAgent.Reconciling;

/// <summary>Puts the configuration's servers and the ring's side by side. Pure.</summary>
public static class ServerList
{
    public static IReadOnlyList<ServerStatus> Of(IniDocument? ini, RingView? view)
    {
        var listed = ini?.Servers.Select(server => (Key: ini.KeyOf(server), Name: server["NAME"] ?? string.Empty)).DistinctBy(s => s.Key).ToList() ?? [];
        var shown = view?.ByKey();
        var servers = listed.Select(server => new ServerStatus(server.Name, server.Key.Cuk, server.Key.ControlPort, StateOf(shown?.GetValueOrDefault(server.Key)))).ToList();
        var known = listed.Select(server => server.Key).ToHashSet();
        foreach (var other in view?.Servers ?? [])
        {
            if (!known.Contains(other.Key))
            {
                servers.Add(new ServerStatus(other.Name, other.Key.Cuk, other.Key.ControlPort, "unlisted"));
            }
        }

        return servers;
    }

    private static string StateOf(RingServer? server) => server switch
    {
        null => "absent",
        { IsConnected: true } => "connected",
        { IsUp: true } => "up",
        _ => "down",
    };
}
