using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary><c>POST /v1/resource</c>, <c>/v1/policy</c>, <c>/v1/role</c>: what DBaaS does with its user token (recorded: 06-12, 59, 61, 63).</summary>
internal sealed class AdminRequests(K2hr3Store store, CallerCheck callers)
{
    public Answer Handle(K2hr3Request request)
    {
        if (request.Method != "POST")
        {
            return Answer.Unexpected(404);
        }
        var (caller, refusal) = callers.Require(request, user: true);
        if (caller is null)
        {
            return refusal!;
        }
        var kind = request.Path[(request.Path.LastIndexOf('/') + 1)..];
        if (Parse(request.Body)?[kind] is not JsonObject posted || (string?)posted["name"] is not { Length: > 0 } name)
        {
            return Answer.Error(400, $"POST body does not have {kind} data");
        }
        var path = Yrn.Parse(name, kind)?.Path ?? name.ToLowerInvariant();
        switch (kind)
        {
            case "resource":
                store.SetResource(Yrn.Resource(caller.Tenant!, path), new((string?)posted["data"] ?? "",
                    posted["keys"] is JsonObject keys ? keys.ToDictionary(key => key.Key, key => Value(key.Value)) : []));
                break;
            case "policy":
                store.SetPolicy(Yrn.Policy(caller.Tenant!, path), Strings(posted["resource"]));
                break;
            default:
                store.SetRole(Yrn.Role(caller.Tenant!, path), Strings(posted["policies"]));
                break;
        }
        return Answer.Done(201);
    }

    private static object Value(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : (string?)node ?? "";

    private static List<string> Strings(JsonNode? node) =>
        node is JsonArray array ? [.. array.Select(item => (string?)item).OfType<string>()] : [];

    private static JsonNode? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
