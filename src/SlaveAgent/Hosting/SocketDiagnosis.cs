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

    /// <summary>Servers behind an address translation can have a port each. Of more ports than that everything is read once, instead of the whole table being walked for each.</summary>
    private const int MostDumps = 8;

    private const ushort AnyPort = 0;

    /// <returns>Null when netlink may not be used or lacks the module.</returns>
    public static ImmutableArray<TcpSocket>? TryRead(IReadOnlySet<int> remotePorts)
    {
        var sockets = ImmutableArray.CreateBuilder<TcpSocket>();
        foreach (var port in remotePorts.Count > MostDumps ? [AnyPort] : remotePorts.Select(port => (ushort)port))
        {
            foreach (var family in (byte[])[SocketMessages.Version4, SocketMessages.Version6])
            {
                if (!TryAsk(SocketMessages.DumpOf(family, port), isDump: true, sockets, remotePorts))
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
    /// <param name="remotePorts">Those that are taken; null: all.</param>
    private static bool TryAsk(byte[] request, bool isDump, ImmutableArray<TcpSocket>.Builder sockets, IReadOnlySet<int>? remotePorts = null)
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
            var some = ImmutableArray.CreateBuilder<TcpSocket>();
            while (sockets.Count < MaxSockets)
            {
                some.Clear();
                if (SocketMessages.Take(buffer.AsSpan(0, netlink.Receive(buffer)), some) is not { } isComplete)
                {
                    return false;
                }

                sockets.AddRange(some.Where(socket => remotePorts?.Contains(socket.Remote.Port) is not false));

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
