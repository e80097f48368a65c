using System.Net;

namespace SlaveAgent.Hosting;

/// <summary>A TCP connection of a process of this host. IPv4-mapped addresses of IPv6 sockets are given as IPv4.</summary>
/// <param name="User">The owner's user ID.</param>
/// <param name="Inode">Identifies it among a process's descriptors in /proc.</param>
public sealed record TcpSocket(IPEndPoint Local, IPEndPoint Remote, TcpState State, uint User, ulong Inode);
