using System.Collections.Immutable;
using System.Net.Sockets;

namespace SlaveAgent.Hosting;

/// <summary>Reads sockets that are known from a dump once more, again and again, over one netlink socket that stays open. One reader at a time.</summary>
internal sealed class KnownSockets : IDisposable
{
    /// <summary>An answer takes some 1.3 kB of the netlink socket's 208 kB.</summary>
    private const int Batch = 64;

    private readonly byte[] _answer = new byte[1024];
    private Socket? _netlink;
    private ImmutableArray<TcpSocket> _asked = [];
    private byte[][] _requests = [];

    /// <returns>
    /// The same sockets with how they are now; the same array where each of them is as well as it was. Null when one of them is gone, or netlink may not be
    /// used.
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
                (_asked, _requests) = (known, [.. known.Chunk(Batch).Select(some => some.SelectMany(SocketMessages.LookupOf).ToArray())]);
            }

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
        var isNews = false;
        Span<TcpHealth> now = known.Length <= Batch ? stackalloc TcpHealth[known.Length] : new TcpHealth[known.Length];
        for (var i = 0; i < known.Length; i++)
        {
            if (i % Batch == 0)
            {
                // The kernel has answered all when it has taken the requests.
                netlink.Send(_requests[i / Batch]);
            }

            // Also the rest is read: it must not be taken for the answer to the next request.
            if (SocketMessages.HealthOf(_answer.AsSpan(0, netlink.Receive(_answer, SocketFlags.None))) is not { } health)
            {
                isGone = true;
                continue;
            }

            now[i] = health;
            isNews |= health.IsDead || known[i].Health.IsDead;
        }

        if (isGone || !isNews)
        {
            return isGone ? null : known;
        }

        var changed = known.ToBuilder();
        for (var i = 0; i < known.Length; i++)
        {
            changed[i] = known[i] with { Health = now[i] };
        }

        return changed.ToImmutable();
    }
}
