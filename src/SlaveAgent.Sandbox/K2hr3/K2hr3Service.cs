using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// A K2HR3 REST API on loopback that answers as the recorded one does, with an administrative interface: it creates clusters,
/// tokens and hosts, simulates outages and counts requests.
/// </summary>
public sealed class K2hr3Service : IAsyncDisposable
{
    // Below the ephemeral port range, so that the port is still free when a stopped service restarts.
    private const int LowestPort = 20000;
    private const int HighestPort = 32000;

    internal const string GpgKey =
        """
        -----BEGIN PGP PUBLIC KEY BLOCK-----

        mDMEZ0AAAAAWCSsGAQQB2kcPAQEHQHNhbmRib3gtb25seS1ub3QtYS1yZWFsLWtl
        eS1hdC1hbGwtMDEyMzQ1Njc4OQ==
        =SAND
        -----END PGP PUBLIC KEY BLOCK-----

        """;

    private readonly K2hr3Store _store;
    private readonly TimeProvider _time;
    private readonly double _timeScale;
    private readonly ResourceRequests _resources;
    private readonly RoleRequests _roles;
    private readonly AdminRequests _admin;
    private readonly UserDataRequests _userData;
    private readonly Lock _counting = new();
    private readonly Dictionary<RequestKind, int> _byKind = [];
    private readonly SemaphoreSlim _switching = new(1);
    private int _total;
    private int _notModified;
    private WebApplication? _listener;
    private Outage _outage = Outage.None;
    private TaskCompletionSource _outageChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private K2hr3Service(IPAddress address, int port, string adminTenant, TimeProvider time, double timeScale)
    {
        _time = time;
        _timeScale = timeScale;
        _store = new(time);
        Uri = new($"http://{address}:{port}");
        var callers = new CallerCheck(_store, AdminToken, adminTenant);
        _resources = new(_store, callers);
        _roles = new(_store, callers);
        _admin = new(_store, callers);
        _userData = new(_store, () => Uri);
    }

    public Uri Uri { get; }

    /// <summary>The user token of the cluster's administrator, for <c>x-auth-token: U=…</c>.</summary>
    public string AdminToken { get; } = RandomNumberGenerator.GetHexString(64, lowercase: true);

    public Outage Outage => _outage;

    /// <summary>Receives each request with its answer, and may replace the answer.</summary>
    public Func<K2hr3Request, Answer, Answer>? OnAnswer { get; set; }

    public RequestCounts Counts
    {
        get
        {
            lock (_counting)
            {
                return new(_total, _notModified, new Dictionary<RequestKind, int>(_byKind));
            }
        }
    }

    /// <summary>Starts on the given port or a free one, of the given address (default: loopback).</summary>
    /// <param name="timeScale">Factor for the recorded answer times of an outage.</param>
    public static async Task<K2hr3Service> StartAsync(
        int port = 0, string adminTenant = "tenant0", TimeProvider? time = null, IPAddress? address = null, double timeScale = 1, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var chosen = port != 0 ? port : RandomNumberGenerator.GetInt32(LowestPort, HighestPort);
            var service = new K2hr3Service(address ?? IPAddress.Loopback, chosen, adminTenant, time ?? TimeProvider.System, timeScale);
            try
            {
                service._listener = await service.ListenAsync(cancellationToken);
                return service;
            }
            catch (IOException) when (port == 0 && attempt < 50)
            {
                await service.DisposeAsync();
            }
        }
    }

    public void CreateCluster(DbaasCluster cluster) => cluster.CreateIn(_store);

    public void SetResource(Yrn yrn, string text, IReadOnlyDictionary<string, string>? keys = null) =>
        _store.SetResource(yrn, new(text, (keys ?? new Dictionary<string, string>()).ToDictionary(key => key.Key, object (key) => key.Value)));

    public Resource? FindResource(Yrn yrn) => _store.Merged(yrn);

    public void SetPolicy(Yrn yrn, params IReadOnlyList<Yrn> readable) => _store.SetPolicy(yrn, [.. readable.Select(resource => resource.ToString())]);

    public void SetRole(Yrn yrn, params IReadOnlyList<Yrn> policies) => _store.SetRole(yrn, policies.Select(policy => policy.ToString()));

    /// <summary>A role token; without a lifetime one that does not expire, as in the User Data Script.</summary>
    public RoleToken IssueToken(Yrn role, TimeSpan? lifetime = null) => _store.IssueToken(role, lifetime ?? K2hr3Store.NoExpiry);

    public bool RevokeToken(string token) => _store.RemoveToken(token);

    public void RegisterHost(Yrn role, RegisteredHost host) => _store.AddHost(role, host);

    public bool RemoveHost(Yrn role, string cuk) => _store.RemoveHosts(role, host => host.Cuk == cuk);

    public IReadOnlyList<RegisteredHost> Hosts(Yrn role) => _store.Hosts(role);

    public void SetUserData(UserDataTemplates templates) => _userData.Templates = templates;

    public void SetExtData(string name, ExtDataTemplate template) => _userData.ExtData[name] = template;

    public async Task SetOutageAsync(Outage next, CancellationToken cancellationToken = default)
    {
        await _switching.WaitAsync(cancellationToken);
        try
        {
            _outage = next;
            Interlocked.Exchange(ref _outageChanged, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            if (next.Mode == OutageMode.Stopped)
            {
                await CloseAsync();
            }
            else
            {
                _listener ??= await ListenAsync(cancellationToken);
            }
        }
        finally
        {
            _switching.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _store.Dispose();
        _switching.Dispose();
    }

    private async Task<WebApplication> ListenAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(5);
            kestrel.Listen(IPAddress.Parse(Uri.Host), Uri.Port);
        });
        // A stopped K2HR3 does not finish requests under way.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.Map("/", Serve(_ => Answer.Json(200, new { version = (string[])["v1"] })));
        app.Map("/v1", Serve(_ => VersionAnswer.Create()));
        app.Map("/v1/resource", Serve(_admin.Handle));
        app.Map("/v1/policy", Serve(_admin.Handle));
        app.Map("/v1/role", Serve(_admin.Handle));
        app.Map("/v1/resource/{**name}", Serve(_resources.Handle));
        app.Map("/v1/role/{**name}", Serve(_roles.Handle));
        app.Map("/v1/userdata/{**path}", Serve(_userData.UserData));
        app.Map("/v1/extdata/{**path}", Serve(_userData.ExtendedData));
        app.Map("/antpickax/gpgkey", Serve(_ => new(200, Encoding.ASCII.GetBytes(GpgKey), "text/plain")));
        app.MapFallback(Serve(_ => Answer.Unexpected(404)));
        try
        {
            await app.StartAsync(cancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _listener, null) is { } open)
        {
            await open.StopAsync(new CancellationToken(canceled: true));
            await open.DisposeAsync();
        }
    }

    private RequestDelegate Serve(Func<K2hr3Request, Answer> handle) => async context =>
    {
        if (await K2hr3Request.ReadAsync(context) is not { } request)
        {
            Count(RequestKind.Other);
            await WriteAsync(context, Answer.Unexpected(500));
            return;
        }
        Count(request.Kind);
        var answer = request.Kind == RequestKind.Repository ? handle(request) : await AnswerAsync(request, handle, context.RequestAborted);
        answer = OnAnswer?.Invoke(request, answer) ?? answer;
        if (answer.Delay > TimeSpan.Zero)
        {
            await Task.Delay(answer.Delay, _time, context.RequestAborted);
        }
        await WriteAsync(context, answer);
    };

    private async Task<Answer> AnswerAsync(K2hr3Request request, Func<K2hr3Request, Answer> handle, CancellationToken aborted)
    {
        var now = _outage;
        var delay = now.Delay ?? now.RecordedDelay * _timeScale;
        if (delay > TimeSpan.Zero)
        {
            var changed = _outageChanged.Task;
            // A request that was waiting when the store returned is answered (recorded: a 200 after 10 s).
            if (await Task.WhenAny(Task.Delay(delay, _time, aborted), changed) == changed)
            {
                return await AnswerAsync(request, handle, aborted);
            }
            aborted.ThrowIfCancellationRequested();
        }
        return now.Mode switch
        {
            OutageMode.StorePaused or OutageMode.StoreCutOff when request.AuthToken is { } token => CallerCheck.NotExisted(token.Length > 1 && token[1] == '=' ? token[2..] : token),
            OutageMode.StorePaused or OutageMode.StoreCutOff when request.Kind is RequestKind.Resource or RequestKind.Keys =>
                Answer.Error(404, $"ip:port({Answer.Quote(request.Client)}:0) is not role({Answer.Quote(request["role"])}) member."),
            OutageMode.StorePaused or OutageMode.StoreCutOff or OutageMode.StoreGone => Answer.Unexpected(500),
            OutageMode.MidRequest => Answer.Error(404, "Could not get resource data for resource yrn: "
                + request.Path[(request.Path.IndexOf("yrn:", StringComparison.Ordinal) is var at and >= 0 ? at : 0)..]),
            OutageMode.Status => Answer.Unexpected(now.Status),
            _ => handle(request),
        };
    }

    private async Task WriteAsync(HttpContext context, Answer answer)
    {
        var response = context.Response;
        var headers = response.Headers;
        headers.XPoweredBy = "Express";
        var closes = context.Request.Headers.Connection.ToString().Contains("close", StringComparison.OrdinalIgnoreCase);
        headers.Connection = closes ? "close" : "keep-alive";
        if (!closes)
        {
            headers.KeepAlive = "timeout=5";
        }
        foreach (var (name, value) in answer.Headers)
        {
            headers[name] = value;
        }
        response.StatusCode = answer.Status;
        if (answer.Body is { } body)
        {
            var tag = WeakTag(body);
            headers.ETag = tag;
            // Express compares on GET and HEAD of a 2xx only.
            if (answer.Status is >= 200 and < 300 && HttpMethods.IsGet(context.Request.Method)
                && context.Request.Headers.IfNoneMatch.ToString().Split(',').Any(known => known.Trim() == tag || known.Trim() == "*"))
            {
                Count304();
                response.StatusCode = 304;
                return;
            }
            headers.ContentType = answer.ContentType;
            headers.ContentLength = body.Length;
            if (answer.CutAfter is { } length)
            {
                await response.Body.WriteAsync(body.AsMemory(0, Math.Min(length, body.Length)), context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
                context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
                return;
            }
            await response.Body.WriteAsync(body, context.RequestAborted);
            return;
        }
        if (answer.ContentType is not null)
        {
            headers.ContentType = answer.ContentType;
        }
        if (answer.Status is not (204 or 304) && !HttpMethods.IsHead(context.Request.Method))
        {
            headers.ContentLength = 0;
        }
    }

    /// <summary>Express's weak entity tag: the length in hex, then the first 27 characters of the SHA-1 in base64.</summary>
    private static string WeakTag(byte[] body)
    {
#pragma warning disable CA5350 // SHA-1 is what Express uses; it protects nothing.
        var hash = Convert.ToBase64String(SHA1.HashData(body));
#pragma warning restore CA5350
        return string.Create(CultureInfo.InvariantCulture, $"W/\"{body.Length:x}-{hash.AsSpan(0, 27)}\"");
    }

    private void Count(RequestKind kind)
    {
        lock (_counting)
        {
            _total++;
            _byKind[kind] = _byKind.GetValueOrDefault(kind) + 1;
        }
    }

    private void Count304()
    {
        lock (_counting)
        {
            _notModified++;
        }
    }
}
