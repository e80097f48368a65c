using System.Net;
using System.Net.Sockets;
using SlaveAgent.Files;

namespace SlaveAgent.K2hr3;

/// <summary>
/// Sends requests over connections that know the PEM files as they are now: a certificate is renewed every few weeks by whoever issues it,
/// and nobody restarts an agent for that. Files that cannot be used, as while they are being replaced, leave those before in use.
/// </summary>
public sealed class RenewingHandler : HttpMessageHandler
{
    private static readonly HttpRequestOptionsKey<CancellationToken> Over = new("over");
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    private readonly TlsFiles _files;
    private readonly Func<DnsEndPoint, EndPoint> _find;
    private readonly RequestThread _thread = new();
    private readonly Lock _turn = new();
    private HttpMessageInvoker _connections;
    private (FileVersion?, FileVersion?, FileVersion?) _versions;

    /// <param name="find">Where to connect to for a name and port; null: where the name resolves to.</param>
    /// <exception cref="IOException">A file cannot be read, or does not hold what it should.</exception>
    public RenewingHandler(TlsFiles files, Func<DnsEndPoint, EndPoint>? find = null)
    {
        _files = files;
        _find = find ?? (static asked => asked);
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
        lock (_turn)
        {
            try
            {
                var now = _files.Versions();
                if (now != _versions)
                {
                    // The old connections are not disposed: another request may be on its way through them.
                    _connections = Connect();
                    _versions = now;
                }
            }
            catch (IOException)
            {
                // The next request looks again.
            }

            return _connections;
        }
    }

    /// <summary>No redirects (the token must not follow them), no cookies, and none of the handler's timers, whose ticks would cost more than a poll does:
    /// no connection is kept, and none is made for longer than the request is waited for.</summary>
    private HttpMessageInvoker Connect() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionIdleTimeout = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
        SslOptions = _files.Read(),
    });

    /// <summary>.NET's own does the same without holding a thread, but wakes two for it.</summary>
    private ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        // Also connecting ends by this (socket(7), SO_SNDTIMEO).
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = (int)ConnectPatience.TotalMilliseconds };
        try
        {
            // With the request its connection is over, in whatever state; the registration ends with the request's own source.
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
