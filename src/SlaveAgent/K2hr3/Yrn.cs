using System.Text;

namespace SlaveAgent.K2hr3;

/// <summary>
/// The full name of a K2HR3 role or resource: <c>yrn:yahoo:&lt;service&gt;:&lt;region&gt;:&lt;tenant&gt;:role:&lt;path&gt;</c>;
/// DBaaS leaves service and region empty.
/// </summary>
public sealed record Yrn
{
    private const string Reserved = ";/:@&=+$,";

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

    /// <summary>For example <c>mycluster/slave</c>.</summary>
    public string Path { get; }

    /// <summary>
    /// Reads a full name; null when it is malformed, or K2HR3 could not be asked for it. A tenant is called as its Keystone project is, which is free text
    /// (K2hr3/README.md, "Names").
    /// </summary>
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
            && !text.AsSpan().ContainsAny("?#")
            && !text.EnumerateRunes().Contains(Rune.ReplacementChar)
            ? new Yrn(string.Join(':', parts[..4]), parts[4], type, parts[6])
            : null;
    }

    /// <summary>The resource of a role: DBaaS gives both the same path (K2hr3/README.md, "Roles and resources").</summary>
    public Yrn ToResource() => new(Prefix, Tenant, "resource", Path);

    /// <summary>The full name of the tenant, as in the User Data Script.</summary>
    public string TenantYrn => $"{Prefix}:{Tenant}";

    public override string ToString() => $"{Prefix}:{Tenant}:{Type}:{Path}";

    /// <summary>
    /// For the path of a URL. K2HR3 reads it by JavaScript's <c>decodeURI</c>, which leaves the escapes of reserved characters as they are, so these are not escaped.
    /// </summary>
    public string ToPath() => Reserved.Aggregate(
        Uri.EscapeDataString(ToString()), (path, reserved) => path.Replace(Uri.HexEscape(reserved), reserved.ToString(), StringComparison.Ordinal));

    // URL normalization would remove a dot segment, and so address another role; so would a proxy that decodes twice.
    private static bool IsPath(string path) => Uri.UnescapeDataString(path).Split('/').All(segment => segment is not ("" or "." or ".."))
        && !path.Contains("%2f", StringComparison.OrdinalIgnoreCase);
}
