using System.Collections.Immutable;
using System.Net;
using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;

namespace SlaveAgent.Ring;

/// <summary>What the kernel says of chmpx's connections to the listed servers. Of a server that is not in it the control port alone tells.</summary>
/// <param name="Servers">The connection to each server that could be told from the others by its address and port.</param>
public sealed record SocketReport(ImmutableDictionary<NodeKey, TcpSocket> Servers)
{
    public static SocketReport Empty { get; } = new(ImmutableDictionary<NodeKey, TcpSocket>.Empty);

    /// <summary>Servers whose every connection is half-open: what was sent there is not acknowledged.</summary>
    public ImmutableHashSet<NodeKey> Dead { get; } = [.. Servers.Where(server => server.Value.Health.IsDead).Select(server => server.Key)];

    /// <summary>All connections come from an address that this host does not have any more.</summary>
    public bool IsBoundToLostAddress { get; init; }

    /// <summary>A connection is being made, or one has just ended.</summary>
    public bool IsMoving { get; init; }

    /// <summary>Until the kernel next tries one of the dead connections by itself; null where there is none.</summary>
    public TimeSpan? NextTry => Dead.IsEmpty ? null : Dead.Min(server => Servers[server].Health.NextTry);

    /// <summary>Whether nothing that anybody decides on differs: not the round trips, and not when the kernel tries again while nothing is dead.</summary>
    public bool SaysTheSame(SocketReport other) =>
        (IsBoundToLostAddress, IsMoving, NextTry) == (other.IsBoundToLostAddress, other.IsMoving, other.NextTry) && Dead.SetEquals(other.Dead) && HasSameConnections(other);

    /// <summary>Whether each server's connection is still the same one.</summary>
    public bool HasSameConnections(SocketReport other) => ReferenceEquals(this, other)
        || (Servers.Count == other.Servers.Count && Servers.All(server => other.Servers.GetValueOrDefault(server.Key)?.Inode == server.Value.Inode));

    /// <summary>Finds the connections of servers among a host's. Pure.</summary>
    /// <param name="endpoints">The addresses and data ports of each server.</param>
    /// <param name="sockets">chmpx's.</param>
    public static SocketReport Of(IReadOnlyDictionary<NodeKey, ImmutableArray<IPEndPoint>> endpoints, IEnumerable<TcpSocket> sockets)
    {
        // An endpoint that two servers share tells of neither.
        var owners = endpoints.SelectMany(server => server.Value.Select(endpoint => (endpoint, server.Key))).ToLookup(pair => pair.endpoint, pair => pair.Key);
        var found = sockets.Where(socket => socket.State == TcpState.Established && owners[socket.Remote].Count() == 1)
            .GroupBy(socket => owners[socket.Remote].Single())
            .ToImmutableDictionary(server => server.Key, server => server.MinBy(socket => socket.Health.IsDead)!);
        return new SocketReport(found);
    }
}
