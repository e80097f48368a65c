using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using SlaveAgent.Files;

namespace SlaveAgent.K2hr3;

/// <summary>
/// Sends requests over connections that know the PEM files as they are now: a certificate is renewed every few weeks by whoever issues it,
/// and nobody restarts an agent for that. Files that cannot be used, as while they are being replaced, leave those before in use.
/// </summary>
public sealed class RenewingHandler : HttpMessageHandler
{
    private readonly TlsFiles _files;
    private readonly RequestThread _thread = new();
    private readonly Lock _turn = new();
    private HttpMessageInvoker _connections;
    private (FileVersion?, FileVersion?, FileVersion?) _versions;

    /// <exception cref="IOException">A file cannot be read, or does not hold what it should.</exception>
    public RenewingHandler(TlsFiles files)
    {
        _files = files;
        _versions = files.Versions();
        _connections = Connect();
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var connections = Current();
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

    /// <summary>No redirects (the token must not follow them), no cookies, and no timer that looks after idle connections: none is kept, and it would cost
    /// more than a poll does.</summary>
    public static SocketsHttpHandler Connections(SslClientAuthenticationOptions tls) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        ConnectCallback = ConnectAsync,
        PooledConnectionIdleTimeout = TimeSpan.Zero,
        SslOptions = tls,
    };

    /// <summary>.NET's own does the same without holding a thread, but wakes two for it.</summary>
    private static ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using (cancel.UnsafeRegister(static socket => ((Socket)socket!).Dispose(), socket))
            {
                socket.Connect(context.DnsEndPoint);
            }

            return ValueTask.FromResult<Stream>(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private HttpMessageInvoker Connect() => new(Connections(_files.Read()));
}
