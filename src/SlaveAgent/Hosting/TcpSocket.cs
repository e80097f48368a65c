using System.Net;

namespace SlaveAgent.Hosting;

/// <summary>A TCP connection of a process of this host. IPv4-mapped addresses of IPv6 sockets are given as IPv4.</summary>
/// <param name="User">The owner's user ID.</param>
/// <param name="Inode">Identifies it among a process's descriptors in /proc.</param>
public sealed record TcpSocket(IPEndPoint Local, IPEndPoint Remote, TcpState State, uint User, ulong Inode)
{
    /// <summary>It is one of the kernel's IPv6 sockets, also where its addresses are IPv4.</summary>
    public bool IsVersion6 { get; init; }

    /// <summary>By which the kernel finds this very socket again; null where it came from /proc.</summary>
    public SocketIdentity? Identity { get; init; }

    /// <summary>When it was read.</summary>
    public TcpHealth Health { get; init; }
}
