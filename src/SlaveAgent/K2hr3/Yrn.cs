namespace SlaveAgent.K2hr3;

/// <summary>
/// The full name of a K2HR3 role or resource: <c>yrn:yahoo:&lt;service&gt;:&lt;region&gt;:&lt;tenant&gt;:role:&lt;path&gt;</c>;
/// service and region are empty for what DBaaS makes.
/// </summary>
public sealed record Yrn
{
    private Yrn(string prefix, string tenant, string type, string path)
    {
        Prefix = prefix;
        Tenant = tenant;
        Type = type;
        Path = path;
    }

    private string Prefix { get; }

    public string Tenant { get; }

    /// <summary><c>role</c>, <c>resource</c>, <c>policy</c> or <c>service</c>.</summary>
    public string Type { get; }

    /// <summary>Such as <c>mycluster/slave</c>.</summary>
    public string Path { get; }

    /// <summary>Reads a full name, or answers null: the shape is wrong, or it has signs that do not belong into an address.</summary>
    public static Yrn? TryParse(string text)
    {
        var parts = text.Split(':', 7);
        return parts.Length == 7
            && parts[0].Equals("yrn", StringComparison.OrdinalIgnoreCase)
            && parts[4].Length > 0
            && parts[5].ToLowerInvariant() is ("role" or "resource" or "policy" or "service") and var type
            && IsPath(parts[6])
            && parts[..5].All(part => !part.Contains('/', StringComparison.Ordinal))
            && !text.Any(char.IsControl)
            && !text.AsSpan().ContainsAny(" \t\r\n%?#&\"'\\<>")
            ? new Yrn(string.Join(':', parts[..4]), parts[4], type, parts[6])
            : null;
    }

    /// <summary>The resource that stands beside a role: DBaaS gives both the same path (K2hr3/README.md, "Roles and resources").</summary>
    public Yrn ToResource() => new(Prefix, Tenant, "resource", Path);

    /// <summary>The full name of the tenant, as the User Data Script gives it.</summary>
    public string TenantYrn => $"{Prefix}:{Tenant}";

    public override string ToString() => $"{Prefix}:{Tenant}:{Type}:{Path}";

    // A dot segment would be folded away by whoever normalises the address, and name another role.
    private static bool IsPath(string path) =>
        path.Length > 0
        && path.Split('/').All(segment => segment is not ("" or "." or ".."));
}
