using Flurl;
using Flurl.Http;

namespace SlaveAgent.K2hr3;

/// <summary>
/// Asks K2HR3's REST API (K2hr3/README.md, "Requests and answers"). It does not repeat a request: when to ask again is decided by whoever hears the answer.
/// Flurl is used here only, so that another version can take its place.
/// </summary>
public sealed class K2hr3Client : IDisposable
{
    /// <summary>A resource of a thousand nodes is a quarter of this; an endless body must not fill the memory.</summary>
    private const int LargestBody = 4 * 1024 * 1024;

    /// <summary>K2HR3's has 35 signs. It goes back with each request, and one too long for a server's headers would be refused for ever.</summary>
    private const int LongestETag = 256;

    private readonly FlurlClient _http;
    private readonly K2hr3Identity _identity;
    private readonly Func<RoleToken?> _token;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    /// <param name="token">Read anew for each request, so that a token file replaced by the operator is taken at once.</param>
    /// <param name="timeout">For one request as a whole.</param>
    public K2hr3Client(K2hr3Identity identity, Func<RoleToken?> token, HttpMessageHandler handler, TimeSpan timeout, TimeProvider time)
    {
        _identity = identity;
        _token = token;
        _timeout = timeout;
        _time = time;
        _http = new FlurlClient(new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LargestBody,
        });

        // Flurl's own 100 s would cut a longer k2hr3.timeout short.
        _http.Settings.Timeout = null;

        // Flurl 4 follows redirections by itself, whatever the handler does; what another host says is no answer of K2HR3's.
        _http.Settings.Redirects.Enabled = false;
    }

    public K2hr3Identity Identity => _identity;

    /// <summary>K2HR3's clock less this host's, from the Date header of its last answer, to a second; null before the first.</summary>
    public TimeSpan? ClockDifference { get; private set; }

    /// <summary>Puts this host into its role; harmless to repeat. Always by token.</summary>
    public Task<K2hr3Answer> RegisterAsync(CancellationToken cancel)
    {
        var url = HostUrl()
            .SetQueryParam("inboundip", _identity.InboundAddress)
            .SetQueryParam("outboundip", _identity.OutboundAddress);
        return SendAsync(HttpMethod.Put, url, new K2hr3Request(K2hr3RequestKind.Register), _token(), cancel);
    }

    /// <summary>Takes this host out of its role; K2HR3 goes by the caller's address alone and answers 403 from another one, or a second time.</summary>
    public Task<K2hr3Answer> UnregisterAsync(CancellationToken cancel) =>
        SendAsync(HttpMethod.Delete, HostUrl(), new K2hr3Request(K2hr3RequestKind.Unregister), null, cancel);

    /// <summary>Reads a resource's text.</summary>
    /// <param name="etag">Of the text already known; K2HR3 then answers 304 when it is still the same.</param>
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
        new Url(_identity.ApiUri.ToString()).AppendPathSegments("v1", kind).AppendPathSegment(yrn);

    private async Task<K2hr3Answer> SendAsync(HttpMethod method, Url url, K2hr3Request request, RoleToken? token, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            using var answer = await Prepare(url, request, token).SendAsync(method, cancellationToken: either.Token);
            var response = answer.ResponseMessage;
            NoteClock(response.Headers.Date);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            return K2hr3Reading.Read(
                request, (int)response.StatusCode, body, ETagOf(response), RetryAfter(response), token);
        }
        catch (Exception e) when (e is FlurlHttpException or HttpRequestException or IOException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return deadline.IsCancellationRequested
                ? new K2hr3Answer.Unavailable($"it did not answer within {_timeout.TotalSeconds:0} s") { TimedOut = true }
                : new K2hr3Answer.Unavailable(Why(e));
        }
    }

    private FlurlRequest Prepare(Url url, K2hr3Request request, RoleToken? token)
    {
        // Not FlurlClient.Request, which takes some escaped names for no address (Uri.IsWellFormedUriString) and throws.
        // K2HR3 itself closes a connection after 5 s (K2hr3/README.md, "Cost and caching"), so that the next poll never finds one. Without the header .NET forgets it and leaves
        // its socket to the collector, which may not come for days.
        var prepared = new FlurlRequest(url) { Client = _http }.AllowAnyHttpStatus().WithHeader("Connection", "close");
        if (token is not null)
        {
            prepared = prepared.WithHeader("x-auth-token", $"R={token.Value}");
        }

        return request.ETag is null ? prepared : prepared.WithHeader("If-None-Match", request.ETag);
    }

    private void NoteClock(DateTimeOffset? date)
    {
        if (date is { } theirs)
        {
            ClockDifference = theirs - _time.GetUtcNow();
        }
    }

    private static string? ETagOf(HttpResponseMessage response) =>
        response.Headers.ETag?.ToString() is { Length: <= LongestETag } tag ? tag : null;

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - _time.GetUtcNow() is var delta && delta > TimeSpan.Zero => delta,
        _ => null,
    };

    private static string Why(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRequestException http)
            {
                return http.HttpRequestError switch
                {
                    HttpRequestError.NameResolutionError => "its name does not resolve",
                    HttpRequestError.ConnectionError => "no connection could be made",
                    HttpRequestError.SecureConnectionError => $"TLS failed: {Innermost(http).Message}",
                    HttpRequestError.ConfigurationLimitExceeded => "its answer is larger than 4 MB",
                    _ => "it broke off or garbled its answer",
                };
            }
        }

        return "it broke off or garbled its answer";
    }

    private static Exception Innermost(Exception e) => e.GetBaseException();
}
