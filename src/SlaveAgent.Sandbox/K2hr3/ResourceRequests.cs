namespace SlaveAgent.Sandbox.K2hr3;

/// <summary><c>GET</c> and <c>HEAD /v1/resource/&lt;yrn or name&gt;</c>. Messages are the recorded ones (17, 18, 26-50, 60-64, 68-71).</summary>
internal sealed class ResourceRequests(K2hr3Store store, CallerCheck callers)
{
    private const string PathPrefix = "/v1/resource/";

    public Answer Handle(K2hr3Request request)
    {
        var answer = Read(request);
        if (!request.IsHead)
        {
            return answer;
        }
        return Answer.Bare(answer.Status switch { 200 => 204, 404 => 403, var other => other });
    }

    private Answer Read(K2hr3Request request)
    {
        var (caller, refusal) = callers.Check(request);
        if (caller is null)
        {
            return refusal!;
        }
        var (resource, wrongName) = Name(request, caller);
        if (resource is null)
        {
            return wrongName!;
        }
        var type = request["type"]?.ToLowerInvariant() ?? "string";
        var keyName = request["keyname"];
        if (!caller.IsUser)
        {
            if (type is not ("string" or "object" or "keys"))
            {
                return Answer.Error(400, $"GET request type({request["type"]}) parameter is wrong.");
            }
            if (type == "keys" && keyName is null)
            {
                return Answer.Error(400, "GET request type=keys, but keyname(undefined) parameter is empty.");
            }
        }
        if (!caller.IsAnonymous && (request.Query.ContainsKey("port") || request.Query.ContainsKey("cuk") || request.Query.ContainsKey("role")))
        {
            return Answer.Error(400, "GET resource:port/cuk/role field is specified, but it is not allowed by no token : "
                + $"port={Given("port")}, cuk={Given("cuk")}, role={Given("role")}");
        }
        if (caller.IsUser)
        {
            return ReadAll(resource);
        }
        if (caller.Role is { Role: var tokenRole })
        {
            return ReadFor(tokenRole, resource, type, keyName);
        }
        if (request["role"] is not { } roleYrn)
        {
            return Answer.Error(400, "GET request does not have role yrn in post data.");
        }
        return Yrn.Parse(roleYrn.ToLowerInvariant(), "role") is { } role
            && store.Hosts(role).Any(host => host.Matches(request.Client, request.Port, request.Cuk))
            ? ReadFor(role, resource, type, keyName)
            : Answer.Error(404, $"ip:port({Answer.Quote(request.Client)}:{request.Port}) is not role({Answer.Quote(roleYrn)}) member.");

        string Given(string parameter) =>
            request.Query.TryGetValue(parameter, out var value) ? Answer.Quote(value) : "undefined";
    }

    private static (Yrn? Resource, Answer? Wrong) Name(K2hr3Request request, Caller caller)
    {
        var name = request.Path.StartsWith(PathPrefix, StringComparison.Ordinal) ? request.Path[PathPrefix.Length..].ToLowerInvariant() : "";
        if (name.Length == 0)
        {
            return (null, Answer.Error(400, "Default resource name is not specified or wrong value : null"));
        }
        if (Yrn.Parse(name, "resource") is { } full)
        {
            return caller.Tenant is { } tenant && tenant != full.Tenant
                ? (null, Answer.Error(400, $"Request query has wrong yrn full path(tenant={full.Tenant}) to resource(tenant={tenant})"))
                : (full, null);
        }
        if (name.StartsWith(Yrn.Prefix, StringComparison.Ordinal))
        {
            return (null, Answer.Error(400, "Request query has wrong yrn full path to resource"));
        }
        return caller.Tenant is { } own
            ? (Yrn.Resource(own, name), null)
            : (null, Answer.Error(400, "Request query does not have yrn full path to resource"));
    }

    private Answer ReadFor(Yrn role, Yrn resource, string type, string? keyName)
    {
        var who = $"role({role.Path}) in tenant({role.Tenant})";
        if (!store.MayRead(role, resource.ToString()) || store.Merged(resource) is not { } merged)
        {
            return Answer.Error(404, $"{who} does not allow to read access to resource({resource}).");
        }
        if (!TryExpand(merged, resource.Tenant, out var text, out var wrong))
        {
            return wrong;
        }
        object? value = type switch
        {
            "string" => text,
            "keys" => merged.Keys.GetValueOrDefault(keyName!),
            _ => null,
        };
        var asked = type == "keys" ? $"keys[{keyName}]" : type;
        return value is null
            ? Answer.Error(404, $"resource({resource}) by {who} does not have value for type({asked}) data.")
            : Answer.Json(200, new { result = true, message = (string?)null, resource = value });
    }

    private Answer ReadAll(Yrn resource)
    {
        if (store.Merged(resource) is not { } merged)
        {
            return Answer.Error(404, $"Could not get resource data for resource yrn: {resource}");
        }
        return TryExpand(merged, resource.Tenant, out var text, out var wrong)
            ? Answer.Json(200, new { result = true, message = (string?)null, resource = new { @string = text, @object = (string?)null, keys = merged.Keys, expire = (string?)null } })
            : wrong;
    }

    private bool TryExpand(Resource merged, string tenant, out string text, out Answer wrong)
    {
        if (ResourceTemplate.Parse(merged.Text) is not { } template)
        {
            text = "";
            wrong = Answer.Error(404, "Could not load resource for template engine: " + Answer.Quote(merged.Text));
            return false;
        }
        text = template.Render(name => Variable(name, merged, tenant));
        wrong = Answer.Unexpected(500);
        return true;
    }

    // A variable is one of the resource's keys, or "<role yrn>/hosts/ip": the current hosts of a role of the same tenant.
    private object? Variable(string name, Resource merged, string tenant)
    {
        const string Hosts = "/hosts/ip";
        if (merged.Keys.TryGetValue(name, out var value))
        {
            return value;
        }
        return name.EndsWith(Hosts, StringComparison.Ordinal) && Yrn.Parse(name[..^Hosts.Length], "role") is { } role && role.Tenant == tenant
            ? store.Hosts(role).ToDictionary(host => $"{host.Address},{host.Port},{host.Cuk}", object? (host) => new Dictionary<string, object?>
            {
                ["host"] = host.Address,
                ["port"] = (long)host.Port,
                ["extra"] = host.Extra,
                ["cuk"] = host.Cuk,
                ["tag"] = host.Tag,
                ["inboundip"] = host.InboundIp,
                ["outboundip"] = host.OutboundIp,
            })
            : null;
    }
}
