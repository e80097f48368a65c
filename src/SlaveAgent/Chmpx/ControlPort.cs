using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Asks the local chmpx through its control port: one command a connection, then it closes (chmpx.md). Only DUMP is ever sent;
/// among the others are some that take servers out of the ring.
/// </summary>
public sealed class ControlPort(TimeProvider time)
{
    private static readonly byte[] Dump = "DUMP\n"u8.ToArray();

    /// <summary>With no server reachable chmpx takes about 1 s (chmpx.md).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>About 900 bytes a server; an endless answer must not fill the memory.</summary>
    private const int LargestAnswer = 4 * 1024 * 1024;

    /// <summary>What chmpx says of the ring, or null when it does not answer, or not in time, or with something else.</summary>
    /// <param name="port">On 127.0.0.1.</param>
    public async Task<RingView?> LookAsync(int port, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), either.Token);
            await socket.SendAsync(Dump, SocketFlags.None, either.Token);
            var length = 0;
            while (true)
            {
                if (length == buffer.Length)
                {
                    if (length >= LargestAnswer)
                    {
                        return null;
                    }

                    buffer = Grow(buffer);
                }

                var got = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, either.Token);
                if (got == 0)
                {
                    return RingReader.TryRead(buffer.AsSpan(0, length));
                }

                length += got;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger.AsSpan());
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
