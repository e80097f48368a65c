using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>A request as the service sees it.</summary>
public sealed record K2hr3Request(string Method, string Path, IReadOnlyDictionary<string, StringValues> Query, IHeaderDictionary Headers, string Client, string Body)
{
    public bool IsHead => HttpMethods.IsHead(Method);

    /// <summary>A query parameter; an empty one counts as missing, as everywhere in K2HR3.</summary>
    public string? this[string parameter] =>
        Query.TryGetValue(parameter, out var values) && values.ToString() is { Length: > 0 } text ? text : null;

    public string? AuthToken => Headers["x-auth-token"].ToString() is { Length: > 0 } token ? token : null;

    public int Port => int.TryParse(this["port"], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0;

    public string? Cuk => this["cuk"]?.Trim() is { Length: > 0 } cuk ? cuk : null;

    public RequestKind Kind => (Method, Path) switch
    {
        (_, var path) when path.StartsWith("/v1/resource/", StringComparison.Ordinal) =>
            this["type"] == "keys" ? RequestKind.Keys : RequestKind.Resource,
        (_, var path) when path.StartsWith("/v1/role/token/", StringComparison.Ordinal) => RequestKind.Token,
        ("PUT", var path) when path.StartsWith("/v1/role/", StringComparison.Ordinal) => RequestKind.Register,
        ("DELETE", var path) when path.StartsWith("/v1/role/", StringComparison.Ordinal) => RequestKind.Unregister,
        (_, var path) when path.StartsWith("/v1/role/", StringComparison.Ordinal) => RequestKind.Role,
        (_, var path) when path.StartsWith("/v1/userdata/", StringComparison.Ordinal) => RequestKind.UserData,
        (_, var path) when path.StartsWith("/v1/extdata/", StringComparison.Ordinal) => RequestKind.ExtData,
        (_, "/v1/role" or "/v1/resource" or "/v1/policy") => RequestKind.Admin,
        (_, var path) when path.StartsWith("/antpickax", StringComparison.Ordinal) => RequestKind.Repository,
        _ => RequestKind.Other,
    };

    internal static async Task<K2hr3Request?> ReadAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (JavaScriptUri.Decode(target.Split('?')[0]) is not { } path)
        {
            return null;
        }
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        return new(context.Request.Method, path, context.Request.Query.ToDictionary(), context.Request.Headers, ClientOf(context), body);
    }

    /// <summary>
    /// The caller's address. The real service trusts loopback proxies (Express: <c>trust proxy = loopback</c>), so a
    /// test on loopback may set its address with X-Forwarded-For.
    /// </summary>
    private static string ClientOf(HttpContext context)
    {
        var remote = context.Connection.RemoteIpAddress ?? IPAddress.Loopback;
        var forwarded = context.Request.Headers["X-Forwarded-For"].ToString()
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string client = (remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote).ToString();
        foreach (var hop in forwarded.Reverse())
        {
            if (IPAddress.TryParse(client, out var address) && !IPAddress.IsLoopback(address))
            {
                break;
            }
            client = hop;
        }
        return client;
    }
}
