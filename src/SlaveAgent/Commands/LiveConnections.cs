using System.Collections.Immutable;
using System.Net;
using SlaveAgent.Hosting;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Adds to a status what the kernel says of its connections at this moment: the status file is written when something changes, and a round trip always does.</summary>
internal static class LiveConnections
{
    public static AgentStatus AddTo(AgentStatus status)
    {
        var remotes = status.Servers.List.Select(server => server.Connection?.Remote).OfType<string>().Select(IPEndPoint.Parse).ToList();
        if (remotes.Count == 0)
        {
            return status;
        }

        using var table = new SocketTable();
        var sockets = table.Read(remotes.Select(remote => remote.Port).ToImmutableHashSet()) ?? [];
        return status with { Servers = status.Servers with { List = [.. status.Servers.List.Select(server => server with { Connection = Now(server.Connection, sockets) })] } };
    }

    private static ServerConnection? Now(ServerConnection? connection, ImmutableArray<TcpSocket> sockets) =>
        connection is not null && sockets.FirstOrDefault(socket => ServerConnection.Of(socket) == connection) is { } socket
            ? connection with { RoundTripMilliseconds = socket.Health.RoundTrip?.TotalMilliseconds, Unanswered = socket.Health.Unanswered }
            : connection;
}
