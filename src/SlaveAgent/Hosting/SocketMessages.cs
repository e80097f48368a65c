using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;

namespace SlaveAgent.Hosting;

/// <summary>
/// The messages of the kernel's socket diagnosis (sock_diag(7)). All numbers are in host byte order except ports and addresses, which are in network byte
/// order; the layout is the same on every architecture. Pure.
/// </summary>
internal static class SocketMessages
{
    /// <summary>NETLINK_SOCK_DIAG.</summary>
    public const int Protocol = 4;

    public const byte Version4 = 2;
    public const byte Version6 = 10;

    /// <summary>Where a socket's message has its remote port.</summary>
    public const int RemotePortOffset = HeaderLength + 6;

    private const int HeaderLength = 16;
    private const int RequestLength = HeaderLength + 56;
    private const int SocketLength = 72;
    private const ushort ByFamily = 20;
    private const ushort Request = 0x1;
    private const ushort Dump = 0x300;
    private const ushort Done = 3;
    private const ushort Error = 2;
    private const byte Tcp = 6;
    private const uint AnyState = 0xffffffff;
    private const uint Established = 1 << (int)TcpState.Established;
    private const byte WithInfo = 1 << (Info - 1);
    private const int Info = 2;

    // linux/inet_diag.h, struct inet_diag_msg.
    private const int ExpiresOffset = 52;

    // linux/tcp.h, struct tcp_info.
    private const int RetransmissionTimeOffset = 8;
    private const int LastDataOffset = 52;
    private const int LastAcknowledgementOffset = 56;
    private const int RoundTripOffset = 68;

    /// <summary>All established connections to a port.</summary>
    public static byte[] DumpOf(byte family, ushort remotePort)
    {
        var request = Of(family, Request | Dump, Established);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(HeaderLength + 10), remotePort);
        return request;
    }

    /// <summary>One socket that is known from a dump.</summary>
    public static byte[] LookupOf(TcpSocket socket)
    {
        var request = Of(socket.IsVersion6 ? Version6 : Version4, Request, AnyState);
        MemoryMarshal.Write(request.AsSpan(HeaderLength + 8), socket.Identity.GetValueOrDefault());
        return request;
    }

    /// <summary>Who listens on a port of 127.0.0.1.</summary>
    public static byte[] ListenerOf(ushort port)
    {
        var request = Of(Version4, Request, AnyState);
        var identity = request.AsSpan(HeaderLength + 8);
        BinaryPrimitives.WriteUInt16BigEndian(identity, port);
        IPAddress.Loopback.TryWriteBytes(identity[4..], out _);
        identity[40..48].Fill(0xff);
        return request;
    }

    /// <summary>The cookie of the socket that a message is about; null where it is about none.</summary>
    public static ulong? CookieOf(ReadOnlySpan<byte> datagram) => datagram.Length >= HeaderLength + SocketLength ? MemoryMarshal.Read<ulong>(datagram[(HeaderLength + 44)..]) : null;

    /// <summary>Reads the answer to a lookup.</summary>
    /// <returns>How the socket is; null when it is gone, or is not established any more.</returns>
    public static TcpHealth? HealthOf(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= HeaderLength + SocketLength && MemoryMarshal.Read<ushort>(datagram[4..]) == ByFamily && datagram[HeaderLength + 1] == (byte)TcpState.Established
            ? Health(datagram[HeaderLength..])
            : null;

    /// <summary>Reads the sockets of one datagram.</summary>
    /// <returns>Whether the dump is complete; null when it failed or the datagram is malformed.</returns>
    public static bool? Take(ReadOnlySpan<byte> datagram, ImmutableArray<TcpSocket>.Builder sockets)
    {
        while (datagram.Length >= HeaderLength)
        {
            var length = MemoryMarshal.Read<int>(datagram);
            if (length < HeaderLength || length > datagram.Length)
            {
                return null;
            }

            var body = datagram[HeaderLength..length];
            switch (MemoryMarshal.Read<ushort>(datagram[4..]))
            {
                case Done:
                    return true;
                case ByFamily when body.Length >= SocketLength:
                    sockets.Add(Read(body));
                    break;
                case Error:
                    return null;
                default:
                    break;
            }

            // Messages begin at multiples of four bytes.
            datagram = datagram[Math.Min(Aligned(length), datagram.Length)..];
        }

        return false;
    }

    private static byte[] Of(byte family, ushort flags, uint states)
    {
        var request = new byte[RequestLength];
        MemoryMarshal.Write(request.AsSpan(0), RequestLength);
        MemoryMarshal.Write(request.AsSpan(4), ByFamily);
        MemoryMarshal.Write(request.AsSpan(6), flags);
        var body = request.AsSpan(HeaderLength);
        (body[0], body[1], body[2]) = (family, Tcp, WithInfo);
        MemoryMarshal.Write(body[4..], states);
        return request;
    }

    private static TcpSocket Read(ReadOnlySpan<byte> body)
    {
        var addressLength = body[0] == Version4 ? 4 : 16;
        return new TcpSocket(
            EndPoint(body.Slice(8, addressLength), body[4..]),
            EndPoint(body.Slice(24, addressLength), body[6..]),
            (TcpState)body[1],
            MemoryMarshal.Read<uint>(body[64..]),
            MemoryMarshal.Read<uint>(body[68..]))
        {
            IsVersion6 = body[0] == Version6,
            Identity = MemoryMarshal.Read<SocketIdentity>(body[4..]),
            Health = Health(body),
        };
    }

    private static TcpHealth Health(ReadOnlySpan<byte> body)
    {
        var info = InfoOf(body[SocketLength..]);
        return info.IsEmpty
            ? new TcpHealth((TcpTimer)body[2], body[3])
            : new TcpHealth(
                (TcpTimer)body[2], body[3],
                TimeSpan.FromMicroseconds(MemoryMarshal.Read<uint>(info[RoundTripOffset..])),
                TimeSpan.FromMilliseconds(Math.Min(MemoryMarshal.Read<uint>(info[LastDataOffset..]), MemoryMarshal.Read<uint>(info[LastAcknowledgementOffset..]))),
                SinceTry(body, info));
    }

    /// <summary>Of the time between two retransmissions, which the kernel doubles each time, what has passed since the last one.</summary>
    private static TimeSpan? SinceTry(ReadOnlySpan<byte> body, ReadOnlySpan<byte> info)
    {
        if ((TcpTimer)body[2] != TcpTimer.Retransmission || body[3] == 0)
        {
            return null;
        }

        var (between, left) = (TimeSpan.FromMicroseconds(MemoryMarshal.Read<uint>(info[RetransmissionTimeOffset..])), TimeSpan.FromMilliseconds(MemoryMarshal.Read<uint>(body[ExpiresOffset..])));
        return between > left ? between - left : TimeSpan.Zero;
    }

    /// <returns>The kernel's tcp_info; empty where it is not there.</returns>
    private static ReadOnlySpan<byte> InfoOf(ReadOnlySpan<byte> attributes)
    {
        while (attributes.Length >= 4 && MemoryMarshal.Read<ushort>(attributes) is var length && length >= 4 && length <= attributes.Length)
        {
            if (MemoryMarshal.Read<ushort>(attributes[2..]) == Info && length >= 4 + RoundTripOffset + 4)
            {
                return attributes[4..length];
            }

            attributes = attributes[Math.Min(Aligned(length), attributes.Length)..];
        }

        return default;
    }

    private static int Aligned(int length) => (length + 3) & ~3;

    private static IPEndPoint EndPoint(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port) => new(HostAddresses.Plain(new IPAddress(address)), BinaryPrimitives.ReadUInt16BigEndian(port));
}
