using System.Globalization;
using System.Net;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary><c>/v1/role/…</c>: hosts register and leave, tokens are issued. Messages are the recorded ones (13-16, 19-25, 65-67, 70).</summary>
internal sealed class RoleRequests(K2hr3Store store, CallerCheck callers)
{
    private const string PathPrefix = "/v1/role/";
    private const string TokenPrefix = PathPrefix + "token/";
    private const string ListPrefix = TokenPrefix + "list/";

    // Recorded (15): a token without an expire parameter; k2hr3_api's default is a day.
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(1);

    public Answer Handle(K2hr3Request request) => request.Method switch
    {
        "GET" when request.Path.StartsWith(ListPrefix, StringComparison.Ordinal) => ListTokens(request),
        "GET" when request.Path.StartsWith(TokenPrefix, StringComparison.Ordinal) => IssueToken(request),
        "GET" => Show(request),
        "HEAD" => Answer.Bare(Show(request).Status is 200 ? 204 : 403),
        "PUT" or "POST" => Register(request),
        "DELETE" when request.Path.StartsWith(TokenPrefix, StringComparison.Ordinal) => RemoveToken(request),
        "DELETE" => Unregister(request),
        _ => Answer.Unexpected(404),
    };

    private Answer Register(K2hr3Request request)
    {
        var (caller, refusal) = callers.Require(request);
        if (caller is null)
        {
            return refusal!;
        }
        var name = request.Path[PathPrefix.Length..].ToLowerInvariant();
        var role = Yrn.Parse(name, "role");
        if (role is null ? name.StartsWith(Yrn.Prefix, StringComparison.Ordinal) : role.Tenant != caller.Tenant)
        {
            return Answer.Error(400, "POST request url has wrong yrn full path to role");
        }
        if (request["inboundip"] is { } inbound && !IPAddress.TryParse(inbound, out _))
        {
            return Answer.Error(400, $"PUT request has inbound ip address which is not ignore ip address string: {Answer.Quote(inbound)}");
        }
        if (request["outboundip"] is { } outbound && !IPAddress.TryParse(outbound, out _))
        {
            return Answer.Error(400, $"PUT request has outbound ip address which is not ignore ip address string: {Answer.Quote(outbound)}");
        }
        // Any token of the tenant is accepted, even a slave's for the server role (recorded: 24), and any extra (23).
        store.AddHost(role ?? Yrn.Role(caller.Tenant!, name), new(
            request.Client, request.Cuk, request["tag"], request["extra"], request.Port, request["inboundip"], request["outboundip"]));
        return Answer.Done(201);
    }

    private Answer Unregister(K2hr3Request request)
    {
        var (caller, refusal) = callers.Check(request);
        if (caller is null)
        {
            return refusal! with { Body = null };
        }
        if (Yrn.Parse(request.Path[PathPrefix.Length..].ToLowerInvariant(), "role") is not { } role)
        {
            return Answer.Bare(400);
        }
        // With a role token the same request removes the token, not the host (k2hr3_api: routes/role.ts).
        if (caller.Role is { } token)
        {
            return token.Role == role && store.RemoveToken(token.Token) ? Answer.Bare(204) : Answer.Bare(400);
        }
        var address = caller.IsUser && request["host"] is { } host ? host : request.Client;
        return store.RemoveHosts(role, candidate => candidate.Matches(address, request.Port, request.Cuk)) ? Answer.Bare(204) : Answer.Bare(403);
    }

    private Answer Show(K2hr3Request request)
    {
        var (role, refusal) = Named(request, PathPrefix, forUser: "getting role");
        return role is null ? refusal! : Answer.Json(200, new
        {
            result = true,
            message = (string?)null,
            role = new
            {
                policies = store.Policies(role),
                aliases = Array.Empty<string>(),
                hosts = new { hostnames = Array.Empty<string>(), ips = store.Hosts(role).Select(host => host.Listing) },
            },
        });
    }

    private Answer ListTokens(K2hr3Request request)
    {
        var (role, refusal) = Named(request, ListPrefix, forUser: "getting list of role tokens");
        return role is null ? refusal! : Answer.Json(200, new
        {
            result = true,
            message = (string?)null,
            tokens = store.TokensOf(role).ToDictionary(token => token.Token, token => new
            {
                user = "dummyuser",
                hostname = (string?)null,
                ip = token.Address,
                port = 0,
                cuk = token.Cuk,
                date = Iso(token.Created),
                expire = Iso(token.Expires),
                registerpath = token.RegisterPath,
            }),
        });
    }

    private Answer IssueToken(K2hr3Request request)
    {
        var (caller, refusal) = callers.Check(request);
        if (caller is null)
        {
            return refusal!;
        }
        var name = request.Path[TokenPrefix.Length..].ToLowerInvariant();
        var role = Yrn.Parse(name, "role") ?? (caller.Tenant is { } tenant ? Yrn.Role(tenant, name) : null);
        if (role is null)
        {
            return Answer.Error(400, "GET request role name which is not full yrn, and not token. role name must be full yrn, if token is not specified.");
        }
        if (caller.IsUser)
        {
            var seconds = request["expire"] is { } expire && long.TryParse(expire, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (long?)null;
            return Issued(store.IssueToken(role, seconds switch { null => DefaultLifetime, 0 => K2hr3Store.NoExpiry, var some => TimeSpan.FromSeconds(some.Value) }));
        }
        if (caller.Role is { } old && old.Address != request.Client)
        {
            return Answer.Error(400, "GET request ip address and role token are not same.");
        }
        var cuk = caller.Role?.Cuk ?? request.Cuk;
        if (!store.Hosts(role).Any(host => host.Address == request.Client && host.Port == request.Port && host.Cuk == cuk))
        {
            return Answer.Error(404, $"Not found ip({request.Client}) with port({request.Port}) and cuk({Answer.Quote(cuk)}) in tenant({role.Tenant}) + role({role})");
        }
        if (caller.Role is { } replaced)
        {
            store.RemoveToken(replaced.Token);
        }
        return Issued(store.IssueToken(role, DefaultLifetime, request.Client, cuk));
    }

    private Answer RemoveToken(K2hr3Request request)
    {
        var (caller, refusal) = callers.Require(request, user: true);
        if (caller is null)
        {
            return refusal! with { Body = null };
        }
        return Answer.Bare(store.RemoveToken(request.Path[TokenPrefix.Length..]) ? 204 : 403);
    }

    private (Yrn? Role, Answer? Refusal) Named(K2hr3Request request, string prefix, string forUser)
    {
        var (caller, refusal) = callers.Check(request);
        if (caller is null)
        {
            return (null, refusal);
        }
        var name = request.Path[prefix.Length..].ToLowerInvariant();
        if (!caller.IsUser)
        {
            return (null, Answer.Error(400, $"GET request without UserToken for {forUser}({name}), need User Token."));
        }
        var role = Yrn.Parse(name, "role") ?? Yrn.Role(caller.Tenant!, name);
        return store.HasRole(role) ? (role, null) : (null, Answer.Error(404, $"Could not get role({role}) data."));
    }

    private static Answer Issued(RoleToken token) =>
        Answer.Json(200, new { result = true, message = (string?)null, token = token.Token, registerpath = token.RegisterPath });

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);
}
