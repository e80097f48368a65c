using System.Net;
using System.Net.Sockets;
using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>A connection to one server that admitted this slave.</summary>
internal sealed class ServerLink : IDisposable
{
    // RETRYCNT times CONTIMEOUT: 500 times 1 ms.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMilliseconds(500);

    // Of a server that is connected; generous, because on a busy machine a stand-in may take a second.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly RingStream _stream;

    private ServerLink(RingStream stream, RingUpdate firstUpdate)
    {
        _stream = stream;
        FirstUpdate = firstUpdate;
    }

    public RingUpdate FirstUpdate { get; }

    /// <summary>The socket's number, as DUMP shows it.</summary>
    public int Handle => _stream.Handle;

    /// <summary>Null when the server is unreachable or its configuration does not list this slave yet.</summary>
    public static async Task<ServerLink?> TryConnectAsync(ChmpxNode server, RingHello hello, CancellationToken cancellationToken)
    {
        var (host, port) = Target(server);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        RingStream? stream = null;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ConnectTimeout);
        try
        {
            if (IPAddress.TryParse(host, out var address))
            {
                await socket.ConnectAsync(address, port, deadline.Token);
            }
            else
            {
                await socket.ConnectAsync(host, port, deadline.Token);
            }
            deadline.CancelAfter(AnswerTimeout);
            stream = new(socket);
            if (await stream.WriteAsync(hello, deadline.Token) && await stream.ReadAsync<RingUpdate>(deadline.Token) is { } update)
            {
                return new(stream, update);
            }
        }
        catch (Exception e) when (e is SocketException or ArgumentException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Down, unresponsive, or a name that does not resolve.
        }
        stream?.Dispose();
        socket.Dispose();
        return null;
    }

    public Task<RingUpdate?> ReadAsync(CancellationToken cancellationToken) => _stream.ReadAsync<RingUpdate>(cancellationToken);

    /// <summary>False when the connection has ended.</summary>
    public Task<bool> SendAsync(RingHello message, CancellationToken cancellationToken) => _stream.WriteAsync(message, cancellationToken);

    public void Dispose() => _stream.Dispose();

    private static (string Host, int Port) Target(ChmpxNode server)
    {
        var first = server.Endpoints.Split(',')[0].Trim();
        return first.LastIndexOf(':') is var at and > 0 && int.TryParse(first.AsSpan(at + 1), out var port)
            ? (first[..at], port)
            : first.Length > 0 ? (first, server.Port) : (server.Name, server.Port);
    }
}
