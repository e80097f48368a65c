using System.Runtime.InteropServices;

namespace SlaveAgent.Hosting;

/// <summary>The kernel's own identity of a socket (linux/inet_diag.h, inet_diag_sockid): ports, addresses, interface and cookie, kept as they came.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct SocketIdentity
{
    private readonly ulong _portsAndSource;
    private readonly ulong _source;
    private readonly ulong _sourceAndDestination;
    private readonly ulong _destination;
    private readonly ulong _destinationAndInterface;
    private readonly ulong _cookie;

    /// <summary>Another one for each socket of a boot.</summary>
    public ulong Cookie => _cookie;
}
