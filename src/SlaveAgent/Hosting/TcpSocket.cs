using System.Net;

namespace SlaveAgent.Hosting;

/// <summary>A TCP connection of some process of this host. IPv4 addresses are IPv4, also those of IPv6 sockets.</summary>
/// <param name="User">Whose it is, numeric.</param>
/// <param name="Inode">By which /proc shows it among a process's descriptors.</param>
public sealed record TcpSocket(IPEndPoint Local, IPEndPoint Remote, TcpState State, uint User, ulong Inode);
