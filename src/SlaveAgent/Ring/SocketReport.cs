using System.Collections.Immutable;
using System.Net;
using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;

namespace SlaveAgent.Ring;

/// <summary>What the kernel says of chmpx's connections to the listed servers. Of a server that is not in it the control port alone tells.</summary>
/// <param name="Servers">The connections to each server that could be told from the others by its address and port; at least one each.</param>
public sealed record SocketReport(ImmutableDictionary<NodeKey, ImmutableArray<TcpSocket>> Servers)
{
    public static SocketReport Empty { get; } = new(ImmutableDictionary<NodeKey, ImmutableArray<TcpSocket>>.Empty);

    /// <summary>Servers to which a connection is half-open, and that were not heard of by another one since.</summary>
    public ImmutableHashSet<NodeKey> Dead { get; } = [.. Servers.Where(server => IsDead(server.Value)).Select(server => server.Key)];

    /// <summary>Since the kernel last sent data again on a half-open connection; null where none is, or the kernel does not tell.</summary>
    public TimeSpan? SinceLastTry { get; } = Servers.Values.Min(SinceTryOf);

    /// <summary>The same of the server where that was the longest ago.</summary>
    public TimeSpan? SinceFirstTry { get; } = Servers.Values.Max(SinceTryOf);

    /// <summary>All connections come from an address that this host does not have any more.</summary>
    public bool IsBoundToLostAddress { get; init; }

    /// <summary>A connection has just been made, or has just ended.</summary>
    public bool IsMoving { get; init; }

    /// <summary>Whether nothing that anybody decides on differs.</summary>
    public bool SaysTheSame(SocketReport other) =>
        (IsBoundToLostAddress, IsMoving) == (other.IsBoundToLostAddress, other.IsMoving) && Dead.SetEquals(other.Dead) && HasSameConnections(other);

    /// <summary>Whether each server's connections are still the same ones.</summary>
    public bool HasSameConnections(SocketReport other) => ReferenceEquals(this, other)
        || (Servers.Count == other.Servers.Count
            && Servers.All(server => other.Servers.TryGetValue(server.Key, out var others) && server.Value.Select(socket => socket.Inode).SequenceEqual(others.Select(socket => socket.Inode))));

    /// <summary>Finds the connections of servers among a host's. Pure.</summary>
    /// <param name="endpoints">The addresses and data ports of each server.</param>
    /// <param name="sockets">chmpx's.</param>
    /// <param name="before">A connection that was a listed server's stays that server's, whatever its name says meanwhile.</param>
    public static SocketReport Of(IReadOnlyDictionary<NodeKey, ImmutableArray<IPEndPoint>> endpoints, IEnumerable<TcpSocket> sockets, SocketReport before)
    {
        // An endpoint that two servers share tells of neither.
        var owners = endpoints.SelectMany(server => server.Value.Select(endpoint => (endpoint, server.Key))).ToLookup(pair => pair.endpoint, pair => pair.Key);
        var former = before.Servers.Where(server => endpoints.ContainsKey(server.Key))
            .SelectMany(server => server.Value.Select((socket, place) => (socket.Inode, server.Key, place)))
            .ToDictionary(pair => pair.Inode, pair => (pair.Key, pair.place));

        // /proc shows a socket twice where the table changes while it is read.
        var found = sockets.DistinctBy(socket => socket.Inode)
            .Select(socket => (socket, Owner: former.TryGetValue(socket.Inode, out var was) ? was.Key : owners[socket.Remote].Count() == 1 ? owners[socket.Remote].Single() : (NodeKey?)null))
            .Where(pair => pair.Owner is not null)
            .GroupBy(pair => pair.Owner!.Value, pair => pair.socket)
            .ToImmutableDictionary(
                server => server.Key,
                server => server.OrderBy(socket => former.TryGetValue(socket.Inode, out var was) ? was.place : int.MaxValue).ThenBy(socket => socket.Inode).ToImmutableArray());
        return new SocketReport(found);
    }

    private static TimeSpan? SinceTryOf(ImmutableArray<TcpSocket> sockets)
    {
        TimeSpan? last = null;
        foreach (var socket in sockets)
        {
            last = socket.Health is { IsDead: true, SinceTry: { } since } && !(since >= last) ? since : last;
        }

        return last;
    }

    /// <summary>The connection to show of a server: a half-open one where the server is dead, else the one that has been known for longest. Null where none is known.</summary>
    public TcpSocket? Telling(NodeKey server) =>
        !Servers.TryGetValue(server, out var sockets) ? null : (Dead.Contains(server) ? sockets.FirstOrDefault(socket => socket.Health.IsDead) : null) ?? sockets[0];

    /// <summary>
    /// chmpx can hold several connections to a server, of which those without traffic say nothing for a minute. What they heard before the silence began tells nothing of it, and
    /// neither does one of which the kernel does not say when it was heard.
    /// </summary>
    private static bool IsDead(ImmutableArray<TcpSocket> sockets) =>
        sockets.Any(dead => dead.Health.IsDead && sockets.All(socket => socket.Health.IsDead || !(socket.Health.SinceHeard < dead.Health.LeastSilence)));
}
