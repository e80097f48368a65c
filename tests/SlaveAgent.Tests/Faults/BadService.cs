using System.ComponentModel;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using SlaveAgent.K2hr3;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Faults;

/// <summary>A K2HR3 on a bare socket that can be bad in every way a service, a proxy or somebody on the wire can; well unless told otherwise.</summary>
internal sealed class BadService : IAsyncDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _silent = new(0);
    private readonly TempDirectory _directory = new();
    private readonly X509Certificate2? _authority;
    private readonly string? _authorityFile;
    private readonly Dictionary<string, X509Certificate2> _certificates = [];
    private readonly int _port;
    private Socket? _listener;
    private BadAnswer? _bad;

    public BadService(bool secure)
    {
        _listener = Listen(0);
        _port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        Address = new Uri($"{(secure ? "https" : "http")}://127.0.0.1:{_port}/");
        if (secure)
        {
            _authority = Authority("the authority");
            _authorityFile = _directory.Put("authority.pem", _authority.ExportCertificatePem());
            var otherAuthority = Authority("somebody else's authority");
            var now = DateTimeOffset.UtcNow;
            _certificates["good"] = Certificate(_authority, "127.0.0.1", now.AddDays(-2), now.AddDays(2));
            _certificates["expired"] = Certificate(_authority, "127.0.0.1", now.AddDays(-2), now.AddDays(-1));
            _certificates["of another name"] = Certificate(_authority, "127.0.0.2", now.AddDays(-2), now.AddDays(2));
            _certificates["of an unknown authority"] = Certificate(otherAuthority, "127.0.0.1", now.AddDays(-2), now.AddDays(2));
        }

        _ = AcceptAsync(_listener);
    }

    public Uri Address { get; }

    public bool IsSecure => _authority is not null;

    /// <summary>What the resource says while all is well.</summary>
    public string Resource { get; set; } = string.Empty;

    public int Requests { get; private set; }

    /// <summary>Requests that came with the token to where they must not.</summary>
    public int Strays { get; private set; }

    /// <summary>Null while all is well.</summary>
    public BadAnswer? Bad
    {
        get => _bad;
        set
        {
            _bad = value;
            if (value?.IsRefusing is true)
            {
                _listener?.Dispose();
                _listener = null;
            }
            else if (_listener is null)
            {
                _listener = Listen(_port);
                _ = AcceptAsync(_listener);
            }
        }
    }

    /// <summary>A moment at which a request waits for an answer that does not come.</summary>
    public async Task SilentAsync() => await _silent.WaitAsync(TimeSpan.FromMilliseconds(200));

    public RenewingHandler Handler() => new(
        _authorityFile is null ? TlsFiles.None : new TlsFiles(_authorityFile, null, null),
        TimeProvider.System,
        resolve: (_, _) => Bad?.IsUnresolved is true ? throw new SocketException((int)SocketError.HostNotFound) : Task.FromResult<IPAddress[]>([IPAddress.Loopback]));

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener?.Dispose();
        foreach (var certificate in _certificates.Values)
        {
            certificate.Dispose();
        }

        _authority?.Dispose();
        _directory.Dispose();
    }

    /// <summary>Advances the fake time by a second.</summary>
    public void Tick() => _silent.Release();

    /// <summary>Lets the other side wait, until it goes away.</summary>
    public async Task StaySilentAsync(Stream stream)
    {
        var buffer = new byte[1024];
        var gone = stream.ReadAsync(buffer, _over.Token).AsTask();
        while (!gone.IsCompleted)
        {
            _silent.Release();
            await Task.WhenAny(gone, Task.Delay(1, _over.Token));
        }
    }

    public static byte[] Http(int status, string body, string headers = "") => Http(status, Encoding.UTF8.GetBytes(body), headers);

    public static byte[] Http(int status, byte[] body, string headers = "") =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Such\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{headers}\r\n"), .. body];

    public static string Json(string resource) => $$"""{"result":true,"message":null,"resource":{{JsonSerializer.Serialize(resource)}}}""";

    private static Socket Listen(int port)
    {
        for (var attempt = 0; ; attempt++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                // A low port, which the kernel gives to nobody while this one does not listen.
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port != 0 ? port : RandomNumberGenerator.GetInt32(10_000, 20_000)));
                socket.Listen(128);
                return socket;
            }
            catch (SocketException) when (attempt < 100)
            {
                socket.Dispose();
            }
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptAsync(_over.Token));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // It is to refuse connections, or the test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        var bad = Bad;
        try
        {
            socket.NoDelay = true;
            await using var plain = new NetworkStream(socket, ownsSocket: true);
            if (bad?.OnConnect is { } onConnect)
            {
                await onConnect(this, socket, plain);
                return;
            }

            Stream stream = plain;
            if (IsSecure)
            {
                var secure = new SslStream(plain);
                stream = secure;
                await secure.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificate = _certificates[bad?.Certificate ?? "good"],
                        EnabledSslProtocols = bad?.Protocols ?? SslProtocols.None,
                    },
                    _over.Token);
            }

            var request = await ReadAsync(stream);
            if (request is null)
            {
                return;
            }

            Requests++;
            if (request.StartsWith("GET /elsewhere", StringComparison.Ordinal))
            {
                Strays++;
            }

            if (bad?.OnRequest is { } onRequest)
            {
                await onRequest(this, request, stream);
            }
            else
            {
                await stream.WriteAsync(Well(request), _over.Token);
            }

            if (stream is SslStream ending)
            {
                await ending.ShutdownAsync();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or AuthenticationException or ObjectDisposedException or Win32Exception or CryptographicException)
        {
            // The client had enough, which is what many of the answers are for.
        }
    }

    private byte[] Well(string request)
    {
        var etag = $"W/\"{Resource.GetHashCode(StringComparison.Ordinal)}\"";
        return request switch
        {
            _ when request.StartsWith("PUT", StringComparison.Ordinal) => Http(201, """{"result":true,"message":null}"""),
            _ when request.Contains("type=keys", StringComparison.Ordinal) => Http(200, Json(string.Empty)),
            _ when request.Contains(etag, StringComparison.Ordinal) => Encoding.ASCII.GetBytes($"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\nConnection: close\r\n\r\n"),
            _ => Http(200, Json(Resource), $"ETag: {etag}\r\n"),
        };
    }

    private async Task<string?> ReadAsync(Stream stream)
    {
        var buffer = new byte[16 * 1024];
        var length = 0;
        while (length < buffer.Length)
        {
            var got = await stream.ReadAsync(buffer.AsMemory(length), _over.Token);
            if (got == 0)
            {
                return null;
            }

            length += got;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
            {
                return Encoding.ASCII.GetString(buffer, 0, length);
            }
        }

        return null;
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-3), now.AddDays(3));
    }

    private static X509Certificate2 Certificate(X509Certificate2 authority, string address, DateTimeOffset from, DateTimeOffset to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={address}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        using var bare = request.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
        using var whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
