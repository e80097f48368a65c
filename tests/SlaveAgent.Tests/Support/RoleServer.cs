using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SlaveAgent.K2hr3;
using SlaveAgent.Roles;

namespace SlaveAgent.Tests.Support;

/// <summary>A real HTTP server that answers for one role as K2HR3 does (K2hr3/README.md, "Requests and answers"); each test says what the role holds, or which trouble there is.</summary>
internal sealed class RoleServer : IAsyncDisposable
{
    public const string Token = "e2f568bca43f5fe84c85b4c05eb64a67dd6a07a19637efd33eb875603453305a";

    private readonly List<string> _requests = [];
    private readonly List<string?> _conditions = [];
    private SmallServer _server = null!;

    public static Yrn Role { get; } = Yrn.TryParse("yrn:yahoo:::t:role:c/slave")!;

    /// <summary>The resource's keys; one that is null is not set.</summary>
    public Dictionary<string, string?> Keys { get; } = new()
    {
        [RoleKeys.PackagesKey] = string.Empty,
        [RoleKeys.AntPickaxPackagesKey] = "chmpx, k2hr3-get-resource",
        [RoleKeys.UnitsKey] = "chmpx.service,k2hr3-get-resource.timer",
        [RoleKeys.ChmpxUserKey] = null,
    };

    /// <summary>The resource's text; null: the role may read no such resource.</summary>
    public string? Text { get; set; } = SampleIni.Text;

    /// <summary>The status of every answer, instead of the requested resource.</summary>
    public int? Trouble { get; set; }

    /// <summary>Called before each answer with what was asked, as in <see cref="Requests"/>.</summary>
    public Action<string>? Answering { get; set; }

    /// <summary>What its clock says; null: the right time.</summary>
    public DateTimeOffset? Date { get; set; }

    public Uri Address => _server.Address;

    /// <summary>What was asked, such as <c>PUT role</c>, <c>GET resource</c> or <c>GET k2hr3-init-packages</c>, in its order.</summary>
    public IReadOnlyList<string> Requests => _requests;

    /// <summary>The condition of each request for the text; null: unconditional.</summary>
    public IReadOnlyList<string?> Conditions => _conditions;

    /// <param name="at">An address of the loopback; by default 127.0.0.1.</param>
    /// <param name="certificate">What it shows; null: plain http.</param>
    public static async Task<RoleServer> StartAsync(IPAddress? at = null, X509Certificate2? certificate = null)
    {
        var server = new RoleServer();
        server._server = certificate is null ? await SmallServer.StartAsync(server.AnswerAsync, at) : await SmallServer.StartTlsAsync(server.AnswerAsync, tls => tls.ServerCertificate = certificate);
        return server;
    }

    public K2hr3Client Client(TimeProvider time, bool byAddress = false) => ClientOf(_server.Address, time, byAddress);

    /// <summary>Of a K2HR3 that is away.</summary>
    public static K2hr3Client AwayClient(TimeProvider time) => ClientOf(new Uri("http://127.0.0.1:1/"), time, byAddress: false);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static K2hr3Client ClientOf(Uri address, TimeProvider time, bool byAddress) => new(
        new K2hr3Identity(address, Role, Role.TenantYrn, "cuk-slv1", "slv1", null, null, byAddress), () => RoleToken.TryParse(Token),
        new RenewingHandler(TlsFiles.None, TimeProvider.System), TimeSpan.FromSeconds(40), time);

    private Task AnswerAsync(HttpContext context)
    {
        if (Date is { } date)
        {
            context.Response.Headers.Date = date.ToString("r");
        }

        string? key = context.Request.Query["keyname"];
        var kind = context.Request.Path.Value!.Split('/')[2];
        var request = $"{context.Request.Method} {key ?? kind}";
        _requests.Add(request);
        Answering?.Invoke(request);
        var value = key is null ? Text : Keys[key];
        if (value is not null && kind == "resource" && key is null)
        {
            var etag = $"W/\"{value.GetHashCode(StringComparison.Ordinal)}\"";
            context.Response.Headers.ETag = etag;
            _conditions.Add(context.Request.Headers.IfNoneMatch);
            if (Trouble is null && context.Request.Headers.IfNoneMatch == etag)
            {
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            }
        }

        context.Response.StatusCode = Trouble ?? (kind == "role" ? 201 : value is null ? 404 : 200);
        object answer = kind == "role" ? new { result = true, message = (string?)null }
            : value is not null ? new { result = true, message = (string?)null, resource = value }
            : new
            {
                result = false,
                message = key is null
                    ? "role(c/slave) in tenant(t) does not allow to read access to resource(yrn:yahoo:::t:resource:c/slave)."
                    : "resource(yrn:yahoo:::t:resource:c/slave) does not have value for type(keys)",
            };
        return context.Response.WriteAsync(JsonSerializer.Serialize(answer), context.RequestAborted);
    }
}
