using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace SlaveAgent.Hosting;

/// <summary>TCP sockets from /proc (proc_net_tcp(5)), where the kernel cannot be queried through netlink.</summary>
internal static class ProcNetTcp
{
    // Those of this thread's network namespace; /proc/net is a link to them that is hidden from some units.
    private static readonly string[] Files = ["/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"];

    /// <summary>Bounds the work; further lines are ignored.</summary>
    private const int MaxLines = 200_000;

    /// <returns>Null when there is no /proc. A host without IPv6 has one file only.</returns>
    public static ImmutableArray<TcpSocket>? TryRead(IReadOnlySet<int> remotePorts)
    {
        try
        {
            return [.. Files.Where(File.Exists).SelectMany(file => File.ReadLines(file).Take(MaxLines)).Select(TryParse).OfType<TcpSocket>().Where(socket => remotePorts.Contains(socket.Remote.Port))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>One line. Pure.</summary>
    /// <returns>Null for the header line and for sockets that are not established.</returns>
    internal static TcpSocket? TryParse(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var local, var remote, var state, _, var timer, var retransmissions, var user, var probes, var inode, ..]
            && EndPoint(local) is { } from
            && EndPoint(remote) is { } to
            && Hexadecimal(state) is (uint)TcpState.Established
            && uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var owner)
            && ulong.TryParse(inode, NumberStyles.None, CultureInfo.InvariantCulture, out var node)
            ? new TcpSocket(from, to, TcpState.Established, owner, node) { Health = HealthOf(timer.Split(':'), retransmissions, probes) }
            : null;

    /// <summary>The kind of timer with the time that it has left, retransmissions in hexadecimal, and probes in decimal digits.</summary>
    private static TcpHealth HealthOf(string[] timer, string retransmissions, string probes)
    {
        if (timer is not [var kind, _] || Hexadecimal(kind) is not { } number)
        {
            return default;
        }

        var unanswered = (TcpTimer)number == TcpTimer.Retransmission ? Hexadecimal(retransmissions) : uint.TryParse(probes, NumberStyles.None, CultureInfo.InvariantCulture, out var sent) ? sent : null;
        return new TcpHealth((TcpTimer)number, (int)(unanswered ?? 0));
    }

    private static uint? Hexadecimal(string text) => uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>An address in 32-bit words, each written as a number in host byte order, and a port.</summary>
    private static IPEndPoint? EndPoint(string text)
    {
        if (text.Split(':') is not [{ Length: 8 or 32 } address, { Length: 4 } port]
            || !ushort.TryParse(port, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var bytes = new byte[address.Length / 2];
        for (var at = 0; at < bytes.Length; at += 4)
        {
            if (!uint.TryParse(address.AsSpan(at * 2, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var word))
            {
                return null;
            }

            BitConverter.TryWriteBytes(bytes.AsSpan(at), word);
        }

        return new IPEndPoint(HostAddresses.Plain(new IPAddress(bytes)), number);
    }
}
