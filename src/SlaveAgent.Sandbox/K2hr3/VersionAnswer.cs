namespace SlaveAgent.Sandbox.K2hr3;

/// <summary><c>GET /v1</c>: the paths that K2HR3 2.0.3 lists (recorded: 02).</summary>
internal static class VersionAnswer
{
    public static Answer Create() => Answer.Json(200, new Dictionary<string, Dictionary<string, string[]>>
    {
        ["version"] = new() { ["/"] = ["GET"], ["/v1"] = ["GET"] },
        ["user token"] = new() { ["/v1/user/tokens"] = ["HEAD", "GET", "POST"] },
        ["host"] = new()
        {
            ["/v1/host"] = ["GET", "PUT", "POST", "DELETE"],
            ["/v1/host/{port}"] = ["PUT", "POST", "DELETE"],
            ["/v1/host/FQDN"] = ["DELETE"],
            ["/v1/host/FQDN:{port}"] = ["DELETE"],
            ["/v1/host/IP"] = ["DELETE"],
            ["/v1/host/IP:{port}"] = ["DELETE"],
        },
        ["service"] = new() { ["/v1/service"] = ["PUT", "POST"], ["/v1/service/{service}"] = ["GET", "HEAD", "PUT", "POST", "DELETE"] },
        ["role"] = new() { ["/v1/role"] = ["PUT", "POST"], ["/v1/role/{role}"] = ["HEAD", "GET", "PUT", "POST", "DELETE"], ["/v1/role/token/{role}"] = ["GET"] },
        ["resource"] = new() { ["/v1/resource"] = ["PUT", "POST"], ["/v1/resource/{resource}"] = ["HEAD", "GET", "DELETE"] },
        ["policy"] = new() { ["/v1/policy"] = ["PUT", "POST"], ["/v1/policy/{policy}"] = ["HEAD", "GET", "DELETE"] },
        ["list"] = new() { ["/v1/list"] = ["HEAD", "GET"], ["/v1/list/{role, resource, policy}/{path}"] = ["HEAD", "GET"] },
        ["acr"] = new() { ["/v1/acr/{service}"] = ["GET", "PUT", "POST", "DELETE"] },
    });
}
