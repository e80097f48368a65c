using System.Collections.Immutable;
using System.Net;

namespace SlaveAgent.Hosting;

/// <summary>Dead connections, because their local address no longer belongs to this host; TCP itself takes about 15 minutes to detect that. Pure.</summary>
public static class StaleSockets
{
    /// <param name="hostAddresses">As returned by <see cref="HostAddresses.Read"/>; all of 127.0.0.0/8 is always this host's.</param>
    public static ImmutableArray<TcpSocket> Find(IEnumerable<TcpSocket> sockets, IReadOnlySet<IPAddress> hostAddresses) =>
        [.. sockets.Where(socket => !IPAddress.IsLoopback(socket.Local.Address) && !hostAddresses.Contains(HostAddresses.Plain(socket.Local.Address)))];
}
