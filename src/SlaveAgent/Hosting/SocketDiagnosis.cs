using System.Collections.Immutable;
using System.Net.Sockets;

namespace SlaveAgent.Hosting;

/// <summary>
/// The kernel's table of TCP sockets through netlink (sock_diag(7)). A dump walks all of it, also where it returns few of them (0.75 ms on the build machine);
/// a single socket is found by its identity in microseconds, however many others there are.
/// </summary>
internal static class SocketDiagnosis
{
    /// <summary>Bounds the work; more than any slave has to its servers.</summary>
    private const int MaxSockets = 10_000;

    /// <returns>Null when netlink may not be used or lacks the module.</returns>
    public static ImmutableArray<TcpSocket>? TryRead(IReadOnlySet<int> remotePorts)
    {
        var sockets = ImmutableArray.CreateBuilder<TcpSocket>();
        foreach (var port in remotePorts)
        {
            foreach (var family in (byte[])[SocketMessages.Version4, SocketMessages.Version6])
            {
                if (!TryAsk(SocketMessages.DumpOf(family, (ushort)port), isDump: true, sockets))
                {
                    return null;
                }
            }
        }

        return sockets.ToImmutable();
    }

    /// <summary>Whose process listens on a port of 127.0.0.1.</summary>
    /// <returns>A user ID; null when nobody listens there, or netlink may not be used.</returns>
    public static uint? ListenerOf(int port)
    {
        var sockets = ImmutableArray.CreateBuilder<TcpSocket>();
        return TryAsk(SocketMessages.ListenerOf((ushort)port), isDump: false, sockets) && sockets is [{ State: TcpState.Listen, User: var user }, ..] ? user : null;
    }

    // A socket for each dump: the rest of an aborted one must not be read as part of the next.
    private static bool TryAsk(byte[] request, bool isDump, ImmutableArray<TcpSocket>.Builder sockets)
    {
        try
        {
            using var netlink = NetlinkSocket.TryOpen(SocketMessages.Protocol);
            if (netlink is null)
            {
                return false;
            }

            netlink.Send(request);
            var buffer = new byte[isDump ? 32 * 1024 : 1024];
            while (sockets.Count < MaxSockets)
            {
                if (SocketMessages.Take(buffer.AsSpan(0, netlink.Receive(buffer)), sockets) is not { } isComplete)
                {
                    return false;
                }

                if (isComplete || !isDump)
                {
                    return true;
                }
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
