using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Asks the local chmpx through its control port: one command a connection, then it closes (Chmpx/README.md, "Control port"). Only DUMP is ever sent;
/// among the others are some that take servers out of the ring. One read at a time.
/// </summary>
public sealed class ControlPort(TimeProvider time) : IControlPort
{
    private static readonly byte[] Dump = "DUMP\n"u8.ToArray();

    /// <summary>With no server reachable chmpx takes about 1 s (Chmpx/README.md, "Control port").</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A chmpx that is well answers within a millisecond. So long its answer is waited for where the caller runs, because to be woken by another thread
    /// costs more than the whole read; what takes longer is awaited.
    /// </summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(50);

    /// <summary>About 900 bytes a server; an endless answer must not fill the memory.</summary>
    private const int LargestAnswer = 4 * 1024 * 1024;

    private byte[] _answer = new byte[16 * 1024];
    private byte[] _seen = [];
    private int _seenLength;
    private RingView? _view;

    /// <summary>
    /// What chmpx says of the ring, or null when it does not answer, or not in time, or with something else. An answer that is the last one to the byte
    /// gives the same object again, and so does one that differs in nothing that is read.
    /// </summary>
    /// <param name="port">On 127.0.0.1.</param>
    public async ValueTask<RingView?> PollAsync(int port, CancellationToken cancel)
    {
        try
        {
            // The kernel itself takes or refuses a connection to this host.
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                // It bounds the connect as well, where chmpx has left many connections lying.
                SendTimeout = (int)AtOnce.TotalMilliseconds,
                ReceiveTimeout = (int)AtOnce.TotalMilliseconds,
            };
            var began = time.GetTimestamp();
            socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
            socket.Send(Dump);
            var (length, isWhole) = ReceiveAtOnce(socket, began);
            if (!isWhole)
            {
                using var deadline = new CancellationTokenSource(AnswerTimeout, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
                length = await ReceiveAsync(socket, length, either.Token);
            }

            return length <= LargestAnswer ? Read(length) : null;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return null;
        }
    }

    private (int Length, bool IsWhole) ReceiveAtOnce(Socket socket, long began)
    {
        var length = 0;
        while (length <= LargestAnswer && time.GetElapsedTime(began) < AtOnce)
        {
            var got = socket.Receive(Room(length).Span, SocketFlags.None, out var error);
            if (error is SocketError.TimedOut or SocketError.WouldBlock)
            {
                break;
            }

            if (error != SocketError.Success)
            {
                throw new SocketException((int)error);
            }

            if (got == 0)
            {
                return (length, true);
            }

            length += got;
        }

        return (length, false);
    }

    private async Task<int> ReceiveAsync(Socket socket, int length, CancellationToken cancel)
    {
        while (length <= LargestAnswer && await socket.ReceiveAsync(Room(length), SocketFlags.None, cancel) is > 0 and var got)
        {
            length += got;
        }

        return length;
    }

    private RingView? Read(int length)
    {
        var answer = _answer.AsSpan(0, length);
        if (!answer.SequenceEqual(_seen.AsSpan(0, _seenLength)))
        {
            // Its counters of messages differ all the time while programs are at work.
            var view = RingReader.TryRead(answer);
            _view = view is not null && _view is not null && view.SaysTheSame(_view) ? _view : view;
            (_answer, _seen, _seenLength) = (_seen, _answer, length);
        }

        return _view;
    }

    private Memory<byte> Room(int length)
    {
        if (length == _answer.Length)
        {
            Array.Resize(ref _answer, Math.Max(length * 2, 16 * 1024));
        }

        return _answer.AsMemory(length);
    }
}
