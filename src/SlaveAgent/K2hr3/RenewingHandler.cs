using System.Collections.Concurrent;
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
    /// <summary>For name, connection and TLS together, also after the request that needed them was given up; Linux alone gives up after two minutes.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _connectTimeout;
    private readonly TimeProvider _time;
    private readonly TlsFiles _files;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly ProxyChoice _proxy;

    /// <summary>The address that last took a connection, by the name and port of K2HR3 or of a proxy.</summary>
    private readonly ConcurrentDictionary<DnsEndPoint, IPAddress> _good = new();
    private readonly Lock _lock = new();
    private HttpMessageInvoker _connections;
    private (FileVersion?, FileVersion?, FileVersion?) _versions;

    /// <param name="proxy">Null: none.</param>
    /// <param name="resolve">A name's addresses; null: by this host's resolver.</param>
    /// <param name="connectTimeout">Null: 30 s.</param>
    /// <exception cref="IOException">A file cannot be read, or does not hold what it should.</exception>
    public RenewingHandler(
        TlsFiles files, TimeProvider time, ProxyChoice? proxy = null, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, TimeSpan? connectTimeout = null)
    {
        _connectTimeout = connectTimeout ?? ConnectTimeout;
        _time = time;
        _files = files;
        _proxy = proxy ?? ProxyChoice.None;
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        _versions = files.Versions();
        _connections = Connect();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Options.TryGetValue(ConnectionRecord.Key, out var record) && request.RequestUri is { } address)
        {
            record.Proxy = _proxy.GetProxy(address)?.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
            record.NoteBegun();
        }

        var answer = await Current().SendAsync(request, cancellationToken);

        // It may have come over a connection that was made for another request, which was given up.
        record?.NoteConnected();
        return answer;
    }

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
        Proxy = _proxy,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionIdleTimeout = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
        ConnectTimeout = _connectTimeout,
        PlaintextStreamFilter = Secured,
        SslOptions = _files.Read(),
    });

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        _ = context.InitialRequestMessage.Options.TryGetValue(ConnectionRecord.Key, out var record);
        var name = context.DnsEndPoint;
        record?.NoteResolving(name.Host);

        // Asked for each connection: another resolver, or other addresses, are in force at the next try.
        var addresses = AddressRace.Order(await _resolve(name.Host, cancel), _good.GetValueOrDefault(name));
        record?.NoteConnecting(addresses, name.Port);
        var (socket, address) = await AddressRace.ConnectAsync(addresses, name.Port, _time, cancel);
        _good[name] = address;
        record?.NoteSecuring(address, name.Port);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Called once a request can be sent: after TLS, where there is any.</summary>
    private static ValueTask<Stream> Secured(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancel)
    {
        if (context.InitialRequestMessage.Options.TryGetValue(ConnectionRecord.Key, out var record))
        {
            record.NoteConnected();
        }

        return ValueTask.FromResult(context.PlaintextStream);
    }
}
