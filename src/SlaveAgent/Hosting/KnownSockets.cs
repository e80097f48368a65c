using System.Collections.Immutable;
using System.Net.Sockets;

namespace SlaveAgent.Hosting;

/// <summary>Reads sockets that are known from a dump once more, again and again, over one netlink socket that stays open. One reader at a time.</summary>
internal sealed class KnownSockets : IDisposable
{
    private readonly byte[] _answer = new byte[1024];
    private Socket? _netlink;
    private ImmutableArray<TcpSocket> _asked = [];
    private byte[] _requests = [];

    /// <returns>
    /// The same sockets with how they are now; the same array where they are as well as they were. Null when one of them is gone, or netlink may not be used.
    /// </returns>
    public ImmutableArray<TcpSocket>? TryRead(ImmutableArray<TcpSocket> known)
    {
        if (known.IsEmpty)
        {
            return known;
        }

        try
        {
            if ((_netlink ??= NetlinkSocket.TryOpen(SocketMessages.Protocol)) is not { } netlink)
            {
                return null;
            }

            if (known != _asked)
            {
                (_asked, _requests) = (known, [.. known.SelectMany(SocketMessages.LookupOf)]);
            }

            // The kernel has answered all when it has taken the requests.
            netlink.Send(_requests);
            return Take(netlink, known);
        }
        catch (SocketException)
        {
            Dispose();
            return null;
        }
    }

    public void Dispose()
    {
        _netlink?.Dispose();
        _netlink = null;
    }

    private ImmutableArray<TcpSocket>? Take(Socket netlink, ImmutableArray<TcpSocket> known)
    {
        var isGone = false;
        ImmutableArray<TcpSocket>.Builder? changed = null;
        for (var i = 0; i < known.Length; i++)
        {
            // Also the rest is read: it must not be taken for the answer to the next request.
            if (SocketMessages.HealthOf(_answer.AsSpan(0, netlink.Receive(_answer, SocketFlags.None))) is not { } health)
            {
                isGone = true;
            }
            else if (health.IsDead || known[i].Health.IsDead)
            {
                changed ??= known.ToBuilder();
                changed[i] = known[i] with { Health = health };
            }
        }

        return isGone ? null : changed?.ToImmutable() ?? known;
    }
}
