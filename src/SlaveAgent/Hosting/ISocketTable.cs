using System.Collections.Immutable;

namespace SlaveAgent.Hosting;

/// <summary>The kernel's table of this host's TCP connections. A seam, because a test cannot make a server vanish without a namespace of its own.</summary>
public interface ISocketTable
{
    /// <summary>The established connections to certain ports, without the agent's own. Costs as much as the kernel's whole table.</summary>
    /// <returns>Null when the kernel does not tell.</returns>
    ImmutableArray<TcpSocket>? Read(IReadOnlySet<int> remotePorts);

    /// <summary>Connections that are known once more, each for some microseconds.</summary>
    /// <returns>Null when one of them is gone, or cannot be read in this way.</returns>
    ImmutableArray<TcpSocket>? ReadAgain(ImmutableArray<TcpSocket> known);

    /// <summary>Whose process listens on a port of 127.0.0.1.</summary>
    /// <returns>A user ID; null when that is not known.</returns>
    uint? ListenerOf(int port);
}
