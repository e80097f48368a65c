using System.Net;
using System.Net.Sockets;
using SlaveAgent.Files;

namespace SlaveAgent.K2hr3;

/// <summary>
/// Sends requests over connections that use the current PEM files: certificates are renewed every few weeks without a restart of the
/// agent. While files cannot be used, for example during a replacement, the previous ones stay in use.
/// </summary>
public sealed class RenewingHandler : HttpMessageHandler
{
    private static readonly HttpRequestOptionsKey<CancellationToken> Over = new("over");
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly TlsFiles _files;
    private readonly Func<DnsEndPoint, EndPoint> _find;
    private readonly RequestThread _thread = new();
    private readonly Lock _lock = new();
    private HttpMessageInvoker _connections;
    private (FileVersion?, FileVersion?, FileVersion?) _versions;

    /// <param name="find">Returns the address for a name and port; null: the name is resolved.</param>
    /// <exception cref="IOException">A file cannot be read, or has unexpected content.</exception>
    public RenewingHandler(TlsFiles files, Func<DnsEndPoint, EndPoint>? find = null)
    {
        _files = files;
        _find = find ?? (static endPoint => endPoint);
        _versions = files.Versions();
        _connections = Connect();
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var connections = Current();
        request.Options.Set(Over, cancellationToken);
        return _thread.TrySend(() => connections.Send(request, cancellationToken)) ?? connections.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _connections.Dispose();
            _thread.Dispose();
        }

        base.Dispose(disposing);
    }

    private HttpMessageInvoker Current()
    {
        lock (_lock)
        {
            try
            {
                var now = _files.Versions();
                if (now != _versions)
                {
                    // The old connections are not disposed: another request may be using them.
                    _connections = Connect();
                    _versions = now;
                }
            }
            catch (IOException)
            {
                // The next request tries again.
            }

            return _connections;
        }
    }

    /// <summary>No redirects (the token must not follow them), no cookies, and none of the handler's timers, whose ticks would cost more than a poll:
    /// no connection is kept open or outlives its request.</summary>
    private HttpMessageInvoker Connect() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionIdleTimeout = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
        SslOptions = _files.Read(),
    });

    /// <summary>The default does the same without blocking a thread, but wakes two threads for it.</summary>
    private ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        // This limits connecting, too (socket(7), SO_SNDTIMEO).
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = (int)ConnectTimeout.TotalMilliseconds };
        try
        {
            // Cancelling the request closes its connection in any state; the registration ends with the request's cancellation source.
            _ = context.InitialRequestMessage.Options.TryGetValue(Over, out var over);
            over.UnsafeRegister(static socket => ((Socket)socket!).Dispose(), socket);
            socket.Connect(_find(context.DnsEndPoint));
            return ValueTask.FromResult<Stream>(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
