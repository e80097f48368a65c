using Flurl;
using Flurl.Http;
using SlaveAgent.Settings;

namespace SlaveAgent.K2hr3;

/// <summary>
/// A client of K2HR3's REST API (K2hr3/README.md, "Requests and answers"). It does not retry: the caller decides when to send the next request.
/// Flurl is used only here, so that it can be replaced.
/// </summary>
public sealed class K2hr3Client : IDisposable
{
    private const int Megabyte = 1024 * 1024;
    private const int ProxyAuthenticationRequired = 407;

    /// <summary>K2HR3's has 35 characters. It is sent back with each request, and one longer than a server's header limit would be refused every time.</summary>
    private const int MaxETagLength = 256;

    private readonly FlurlClient _http;
    private readonly K2hr3Identity _identity;
    private readonly Func<RoleToken?> _token;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly int _largestAnswer;

    /// <param name="token">Read for each request, so that a token file replaced by the operator takes effect immediately.</param>
    /// <param name="timeout">For one request as a whole.</param>
    /// <param name="largestAnswer">In MB: an endless body must not exhaust the memory.</param>
    public K2hr3Client(
        K2hr3Identity identity, Func<RoleToken?> token, HttpMessageHandler handler, TimeSpan timeout, TimeProvider time, int largestAnswer = K2hr3Settings.DefaultLargestAnswer)
    {
        _largestAnswer = largestAnswer;
        _identity = identity;
        _token = token;
        _timeout = timeout;
        _time = time;
        Contact = new K2hr3Contact(identity.ApiUri.GetLeftPart(UriPartial.Authority));
        _http = new FlurlClient(new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = (long)largestAnswer * Megabyte,
        });

        // Flurl's default of 100 s would override a longer k2hr3.timeout.
        _http.Settings.Timeout = null;

        // Flurl 4 follows redirects by itself, whatever the handler does; an answer of another host is not one of K2HR3.
        _http.Settings.Redirects.Enabled = false;
    }

    public K2hr3Identity Identity => _identity;

    /// <summary>The longest that one request can take.</summary>
    public TimeSpan LongestRequest => _timeout;

    /// <summary>When K2HR3 was last asked and last answered.</summary>
    public K2hr3Contact Contact { get; private set; }

    /// <summary>K2HR3's clock less this host's, from the Date header of its last answer, to a second; null before the first.</summary>
    public TimeSpan? ClockDifference { get; private set; }

    /// <summary>Registers this host in its role; idempotent. Always with the token.</summary>
    public Task<K2hr3Answer> RegisterAsync(CancellationToken cancel)
    {
        var url = HostUrl()
            .SetQueryParam("inboundip", _identity.InboundAddress)
            .SetQueryParam("outboundip", _identity.OutboundAddress);
        return SendAsync(HttpMethod.Put, url, new K2hr3Request(K2hr3RequestKind.Register), _token(), cancel);
    }

    /// <summary>Removes this host from its role. K2HR3 identifies it by the caller's address only, and answers 403 to another address or to a second request.</summary>
    public Task<K2hr3Answer> UnregisterAsync(CancellationToken cancel) =>
        SendAsync(HttpMethod.Delete, HostUrl(), new K2hr3Request(K2hr3RequestKind.Unregister), null, cancel);

    /// <summary>Reads a resource's text.</summary>
    /// <param name="etag">Of the known text; K2HR3 answers 304 when it is unchanged.</param>
    public Task<K2hr3Answer> ReadTextAsync(Yrn resource, string? etag, CancellationToken cancel) =>
        ReadAsync(Api("resource", resource), new K2hr3Request(K2hr3RequestKind.Read, etag), cancel);

    /// <summary>Reads one of a resource's keys.</summary>
    public Task<K2hr3Answer> ReadKeyAsync(Yrn resource, string key, CancellationToken cancel)
    {
        var url = Api("resource", resource).SetQueryParam("type", "keys").SetQueryParam("keyname", key);
        return ReadAsync(url, new K2hr3Request(K2hr3RequestKind.Read, IsKey: true), cancel);
    }

    public void Dispose() => _http.Dispose();

    private Task<K2hr3Answer> ReadAsync(Url url, K2hr3Request request, CancellationToken cancel)
    {
        if (!_identity.ByAddress)
        {
            return SendAsync(HttpMethod.Get, url, request, _token(), cancel);
        }

        url.SetQueryParam("role", _identity.Role).SetQueryParam("cuk", _identity.Cuk);
        return SendAsync(HttpMethod.Get, url, request, null, cancel);
    }

    private Url HostUrl() => Api("role", _identity.Role)
        .SetQueryParam("cuk", _identity.Cuk)
        .SetQueryParam("extra", K2hr3Identity.Extra)
        .SetQueryParam("tag", _identity.Tag);

    private Url Api(string kind, Yrn yrn) =>
        new Url($"{_identity.ApiUri.GetLeftPart(UriPartial.Path).TrimEnd('/')}/v1/{kind}/{yrn.ToPath()}");

    private async Task<K2hr3Answer> SendAsync(HttpMethod method, Url url, K2hr3Request request, RoleToken? token, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var connection = new ConnectionRecord(_time);
        Contact = Contact with { AskedAt = _time.GetUtcNow() };
        try
        {
            using var answer = await Prepare(url, request, token)
                .BeforeCall(call => call.HttpRequestMessage.Options.Set(ConnectionRecord.Key, connection))
                .SendAsync(method, cancellationToken: either.Token);
            var response = answer.ResponseMessage;
            RecordClock(response.Headers.Date);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            Contact = Contact with { AnsweredAt = _time.GetUtcNow(), AnswerTime = connection.SinceConnected, Error = null };
            var read = (int)response.StatusCode == ProxyAuthenticationRequired && connection.Proxy is not null
                ? new K2hr3Answer.Unavailable(K2hr3Failure.Proxy, $"the proxy asks for a user name and a password ({ProxyAuthenticationRequired})")
                : K2hr3Reading.Read(request, (int)response.StatusCode, body, ETagOf(response), RetryAfter(response), token);
            return Through(connection.Proxy, read);
        }
        catch (Exception e) when (e is FlurlHttpException or HttpRequestException or IOException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            var unavailable = !deadline.IsCancellationRequested && !IsConnectTimeout(e) ? Describe(e)
                : connection.IsConnected ? new K2hr3Answer.Unavailable(K2hr3Failure.Timeout, $"it did not answer within {_timeout.TotalSeconds:0} s")
                : new K2hr3Answer.Unavailable(
                    connection.Step == ConnectionStep.Resolving ? K2hr3Failure.NameResolution : K2hr3Failure.Connection,
                    $"{connection.Missing} within {connection.SinceConnected.TotalSeconds:0} s");
            var answered = Through(connection.Proxy, unavailable);
            Contact = Contact with { Error = ((K2hr3Answer.Unavailable)answered).Reason };
            return answered;
        }
    }

    private FlurlRequest Prepare(Url url, K2hr3Request request, RoleToken? token)
    {
        // Not FlurlClient.Request, which rejects some escaped names as malformed (Uri.IsWellFormedUriString).
        // K2HR3 itself closes a connection after 5 s (K2hr3/README.md, "Cost and caching"), so the next poll never finds an open one. Without the header .NET abandons it and leaves
        // its socket to the garbage collector, which may not run for days.
        var prepared = new FlurlRequest(url) { Client = _http }.AllowAnyHttpStatus().WithHeader("Connection", "close");
        if (token is not null)
        {
            prepared = prepared.WithHeader("x-auth-token", $"R={token.Value}");
        }

        return request.ETag is null ? prepared : prepared.WithHeader("If-None-Match", request.ETag);
    }

    private void RecordClock(DateTimeOffset? date)
    {
        if (date is { } theirs)
        {
            ClockDifference = theirs - _time.GetUtcNow();
        }
    }

    private static string? ETagOf(HttpResponseMessage response) =>
        response.Headers.ETag?.ToString() is { Length: <= MaxETagLength } tag ? tag : null;

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - _time.GetUtcNow() is var delta && delta > TimeSpan.Zero => delta,
        _ => null,
    };

    private static K2hr3Answer Through(string? proxy, K2hr3Answer answer) => (proxy, answer) switch
    {
        (not null, K2hr3Answer.Unavailable away) => away with { Reason = $"{away.Reason}, through proxy {proxy}" },
        (not null, K2hr3Answer.Denied denied) => denied with { Reason = $"{denied.Reason}, through proxy {proxy}" },
        _ => answer,
    };

    /// <summary>The handler's own limit for a connection was reached (SocketsHttpHandler.ConnectTimeout).</summary>
    private static bool IsConnectTimeout(Exception e) => Causes(e).Any(cause => cause is TimeoutException);

    private static IEnumerable<Exception> Causes(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    private K2hr3Answer.Unavailable Describe(Exception e) =>
        Causes(e).OfType<HttpRequestException>().FirstOrDefault() is { } http
            ? http.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => new(K2hr3Failure.NameResolution, "its name does not resolve"),
                HttpRequestError.ConnectionError => new(K2hr3Failure.Connection, $"the connection failed ({Innermost(http).Message})"),
                HttpRequestError.SecureConnectionError => new(K2hr3Failure.Tls, $"TLS failed ({Innermost(http).Message.TrimEnd('.')})"),
                HttpRequestError.ConfigurationLimitExceeded => new(
                    K2hr3Failure.TooLarge, $"its answer exceeds {_largestAnswer} MB; allow more by k2hr3.largest_answer"),
                HttpRequestError.ProxyTunnelError => new(K2hr3Failure.Proxy, $"the proxy did not connect to it ({Innermost(http).Message.TrimEnd('.')})"),
                _ => Broken(),
            }
            : Broken();

    private static K2hr3Answer.Unavailable Broken() => new(K2hr3Failure.Broken, "it closed the connection or sent an invalid answer");

    private static Exception Innermost(Exception e) => e.GetBaseException();
}
