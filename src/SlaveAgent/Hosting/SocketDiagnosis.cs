using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;

namespace SlaveAgent.Hosting;

/// <summary>
/// The kernel's table of TCP sockets through netlink (sock_diag(7)): one dump for each family and port. All numbers are in host byte order except ports and addresses, which are in
/// network byte order; the layout is the same on every architecture.
/// </summary>
internal static partial class SocketDiagnosis
{
    private const int NetlinkFamily = 16;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const int DiagnosisProtocol = 4;
    private const int SocketLevel = 1;
    private const int ReceiveTimeout = 20;

    private const int HeaderLength = 16;
    private const int RequestLength = HeaderLength + 56;
    private const int SocketLength = 72;
    private const ushort ByFamily = 20;
    private const ushort RequestDump = 0x1 | 0x300;
    private const ushort Done = 3;
    private const ushort Error = 2;

    private const byte Tcp = 6;
    private const byte InterNetwork = 2;
    private const byte InterNetworkV6 = 10;
    private const uint States = (1 << (int)TcpState.Established) | (1 << (int)TcpState.SynSent);

    /// <summary>Bounds the work; more than any slave has to its servers.</summary>
    private const int MaxSockets = 10_000;

    /// <returns>Null when netlink may not be used or lacks the module.</returns>
    public static ImmutableArray<TcpSocket>? TryRead(IReadOnlySet<int> remotePorts)
    {
        var sockets = ImmutableArray.CreateBuilder<TcpSocket>();
        foreach (var port in remotePorts)
        {
            foreach (var family in (byte[])[InterNetwork, InterNetworkV6])
            {
                if (!TryDump(family, (ushort)port, sockets))
                {
                    return null;
                }
            }
        }

        return sockets.ToImmutable();
    }

    private static bool TryDump(byte family, ushort port, ImmutableArray<TcpSocket>.Builder sockets)
    {
        // A socket for each dump: the rest of an aborted one must not be read as part of the next.
        var descriptor = Open(NetlinkFamily, RawCloseOnExec, DiagnosisProtocol);
        if (descriptor < 0)
        {
            return false;
        }

        try
        {
            var second = new TimeValue { Seconds = 1 };
            var request = Request(family, port);
            if (SetOption(descriptor, SocketLevel, ReceiveTimeout, in second, (uint)Marshal.SizeOf<TimeValue>()) != 0
                || Send(descriptor, request, request.Length, 0) != request.Length)
            {
                return false;
            }

            var buffer = new byte[32 * 1024];
            while (sockets.Count < MaxSockets)
            {
                if (Receive(descriptor, buffer, buffer.Length, 0) is not (> 0 and var length) || Take(buffer.AsSpan(0, (int)length), sockets) is not { } isComplete)
                {
                    return false;
                }

                if (isComplete)
                {
                    return true;
                }
            }

            return true;
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    internal static byte[] Request(byte family, ushort port)
    {
        var request = new byte[RequestLength];
        MemoryMarshal.Write(request.AsSpan(0), RequestLength);
        MemoryMarshal.Write(request.AsSpan(4), ByFamily);
        MemoryMarshal.Write(request.AsSpan(6), RequestDump);
        var body = request.AsSpan(HeaderLength);
        body[0] = family;
        body[1] = Tcp;
        MemoryMarshal.Write(body[4..], States);
        BinaryPrimitives.WriteUInt16BigEndian(body[10..], port);
        return request;
    }

    /// <summary>Reads the sockets of one datagram. Pure.</summary>
    /// <returns>Whether the dump is complete; null when it failed or the datagram is malformed.</returns>
    internal static bool? Take(ReadOnlySpan<byte> datagram, ImmutableArray<TcpSocket>.Builder sockets)
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
            datagram = datagram[Math.Min((length + 3) & ~3, datagram.Length)..];
        }

        return false;
    }

    private static TcpSocket Read(ReadOnlySpan<byte> body)
    {
        var addressLength = body[0] == InterNetwork ? 4 : 16;
        return new TcpSocket(
            EndPoint(body.Slice(8, addressLength), body[4..]),
            EndPoint(body.Slice(24, addressLength), body[6..]),
            (TcpState)body[1],
            MemoryMarshal.Read<uint>(body[64..]),
            MemoryMarshal.Read<uint>(body[68..]));
    }

    private static IPEndPoint EndPoint(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port) => new(HostAddresses.Plain(new IPAddress(address)), BinaryPrimitives.ReadUInt16BigEndian(port));

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public nint Seconds;
        public nint Microseconds;
    }

    [LibraryImport("libc.so.6", EntryPoint = "socket")]
    private static partial int Open(int family, int type, int protocol);

    [LibraryImport("libc.so.6", EntryPoint = "setsockopt")]
    private static partial int SetOption(int descriptor, int level, int option, in TimeValue value, uint length);

    [LibraryImport("libc.so.6", EntryPoint = "send")]
    private static partial nint Send(int descriptor, byte[] bytes, nint length, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "recv")]
    private static partial nint Receive(int descriptor, byte[] bytes, nint length, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
