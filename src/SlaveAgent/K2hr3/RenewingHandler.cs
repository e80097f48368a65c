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
    /// <summary>For one address of several: the next one may answer.</summary>
    private static readonly TimeSpan AddressTimeout = TimeSpan.FromSeconds(3);

    /// <summary>For name, connection and TLS together, also after the request that needed them was given up; Linux alone gives up after two minutes.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly TlsFiles _files;
    private readonly Func<DnsEndPoint, EndPoint> _find;
    private readonly Lock _lock = new();
    private HttpMessageInvoker _connections;
    private (FileVersion?, FileVersion?, FileVersion?) _versions;

    /// <param name="find">Where to connect to for a name and port; null: where the name resolves to.</param>
    /// <exception cref="IOException">A file cannot be read, or does not hold what it should.</exception>
    public RenewingHandler(TlsFiles files, TimeProvider time, Func<DnsEndPoint, EndPoint>? find = null)
    {
        _time = time;
        _files = files;
        _find = find ?? (static endPoint => endPoint);
        _versions = files.Versions();
        _connections = Connect();
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Current().SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _connections.Dispose();
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

    /// <summary>No redirects (the token must not follow them), no cookies, and no connection that is kept: K2HR3 closes it before the next poll.</summary>
    private HttpMessageInvoker Connect() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionIdleTimeout = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
        ConnectTimeout = ConnectTimeout,
        SslOptions = _files.Read(),
    });

    /// <summary>Tries each address of the name for a few seconds, and the last one for as long as there is time.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        _ = context.InitialRequestMessage.Options.TryGetValue(ConnectionRecord.Key, out var record);
        record?.NoteConnecting();
        EndPoint[] addresses = _find(context.DnsEndPoint) switch
        {
            DnsEndPoint name => [.. (await Dns.GetHostAddressesAsync(name.Host, cancel)).Select(address => new IPEndPoint(address, name.Port))],
            var found => [found],
        };
        for (var next = 0; ; next++)
        {
            var isLast = next >= addresses.Length - 1;
            try
            {
                var stream = await ConnectAsync(addresses[next], isLast ? Timeout.InfiniteTimeSpan : AddressTimeout, cancel);
                record?.NoteConnected();
                return stream;
            }
            catch (Exception e) when (!isLast && !cancel.IsCancellationRequested && e is SocketException or OperationCanceledException)
            {
                // The next address may answer.
            }
        }
    }

    private async Task<Stream> ConnectAsync(EndPoint address, TimeSpan timeout, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, either.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
