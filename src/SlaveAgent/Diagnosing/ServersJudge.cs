using SlaveAgent.Chmpx;

namespace SlaveAgent.Diagnosing;

/// <summary>What the servers are like, as results: one for each that is not well, and one for all others. Pure.</summary>
internal static class ServersJudge
{
    /// <param name="hasView">Whether the local chmpx answered.</param>
    /// <param name="asked">The server that was asked for the ring's view; null where none answered.</param>
    public static IReadOnlyList<CheckResult> Judge(IReadOnlyList<ServerObservation> servers, bool hasView, string? asked)
    {
        var found = servers.SelectMany(server => Judge(server, hasView, asked)).ToList();
        string[] names = [CheckNames.ServerName, CheckNames.ServerDataPort, CheckNames.ServerControlPort, CheckNames.ServerConnection, CheckNames.ServerState];
        return [.. names.SelectMany(name => found.Any(result => result.Name == name) ? found.Where(result => result.Name == name) : [AllWell(name, servers, hasView, asked)])];
    }

    private static CheckResult AllWell(string name, IReadOnlyList<ServerObservation> servers, bool hasView, string? asked) => name switch
    {
        CheckNames.ServerName => CheckResult.Ok(name, $"the names of all {servers.Count} resolve"),
        CheckNames.ServerDataPort => servers.Count(server => server.Here is { IsConnected: true } || server.IsDataPortOpen is true) is > 0 and var open
            ? CheckResult.Ok(name, $"{open} of {servers.Count} are connected or take a connection")
            : CheckResult.Skipped(name, "none was tried: the address of none is known here"),
        CheckNames.ServerControlPort => servers.FirstOrDefault(server => server.Control is ServerReply.Answered) is { } answered
            ? CheckResult.Ok(name, $"that of {answered.Name} answers; no more are asked than are needed")
            : CheckResult.Skipped(name, servers.Select(server => server.Control).OfType<ServerReply.Failed>().FirstOrDefault()?.Message ?? "none was asked: the address of none is known here"),
        CheckNames.ServerConnection => hasView ? CheckResult.Ok(name, $"chmpx is connected to {servers.Count(server => server.Here is { IsConnected: true })} of {servers.Count}") : CheckResult.Skipped(name, "chmpx does not answer"),
        _ => asked is not null ? CheckResult.Ok(name, $"{asked} shows none of the {servers.Count} servers down, suspended, or left out of service") : CheckResult.Skipped(name, "no server was asked, or none answered"),
    };

    private static IEnumerable<CheckResult> Judge(ServerObservation server, bool hasView, string? asked)
    {
        if (server.Address is null)
        {
            yield return CheckResult.Failed(CheckNames.ServerName, "NotResolved", "its name does not resolve here, or only to addresses that no server may have", $"getent ahosts {server.Name}").Of(server.Name);
        }

        if (server.IsDataPortOpen is false)
        {
            yield return Closed(CheckNames.ServerDataPort, $"{server.Address} takes no connection", server);
        }

        if (server.Control is ServerReply.Failed { Reason: ServerFailure.NotConnected or ServerFailure.TimedOut } failed)
        {
            yield return Closed(CheckNames.ServerControlPort, failed.Message, server);
        }

        if (server.Here is { IsHalfOpen: true })
        {
            yield return CheckResult.Failed(CheckNames.ServerConnection, "HalfOpen", "connected, and nothing is acknowledged any more", "the server, or the network to it, is gone; chmpx finds out within minutes").Of(server.Name);
        }
        else if (hasView && server.Here is not { IsConnected: true })
        {
            yield return (server.Ring is { IsUp: true } ? CheckResult.Failed(CheckNames.ServerConnection, "NotConnected", $"this slave is not connected to it, and {asked} shows it up", "the agent repairs that while no program has the cluster open; k2hdkc-slave-agent status")
                : server.Ring is not null || server.IsDataPortOpen is false ? CheckResult.Warning(CheckNames.ServerConnection, "ServerDown", "this slave is not connected to it, and it is down", "look at that server")
                : CheckResult.Failed(CheckNames.ServerConnection, "NotConnected", "this slave is not connected to it", "does the server list this slave yet? It asks K2HR3 each minute")).Of(server.Name);
        }

        if (asked is not null && server.Ring is null)
        {
            yield return CheckResult.Warning(CheckNames.ServerState, "Absent", $"{asked} does not show it in the ring", "compare K2HR3's list with the servers'").Of(server.Name);
        }
        else if (server.Ring is { IsUp: false })
        {
            yield return CheckResult.Warning(CheckNames.ServerState, "Down", $"{asked} shows it down", "look at that server").Of(server.Name);
        }
        else if (server.Ring is { InService: false, Action: ServerAction.None })
        {
            yield return CheckResult.Warning(CheckNames.ServerState, "OutOfService", $"{asked} shows it up and out of service", "chmpxlinetool -c server SERVICEIN on that server, where it is meant to serve").Of(server.Name);
        }
        else if (server.Ring is { IsSuspended: true })
        {
            yield return CheckResult.Warning(CheckNames.ServerState, "Suspended", $"{asked} shows it suspended: it does not merge by itself", "look at that server").Of(server.Name);
        }
    }

    /// <summary>That a server which the ring knows to be down takes no connection is no failure of this host.</summary>
    private static CheckResult Closed(string name, string seen, ServerObservation server) => (server.Ring is { IsUp: false }
        ? CheckResult.Warning(name, "Closed", $"{seen}; the ring shows it down", "look at that server")
        : CheckResult.Failed(name, "Closed", seen, "check whether that server runs, and security groups between it and this host")).Of(server.Name);
}
