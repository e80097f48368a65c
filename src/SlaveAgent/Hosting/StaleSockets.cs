using System.Collections.Immutable;
using System.Net;

namespace SlaveAgent.Hosting;

/// <summary>Connections that nothing comes through any more, because the address they are bound to is not this host's any more; TCP itself needs some 15 minutes to notice. Pure.</summary>
public static class StaleSockets
{
    /// <param name="hostAddresses">As <see cref="HostAddresses.Read"/> gives them; all of 127.0.0.0/8 is always this host's.</param>
    public static ImmutableArray<TcpSocket> Find(IEnumerable<TcpSocket> sockets, IReadOnlySet<IPAddress> hostAddresses) =>
        [.. sockets.Where(socket => !IPAddress.IsLoopback(socket.Local.Address) && !hostAddresses.Contains(HostAddresses.Plain(socket.Local.Address)))];
}
