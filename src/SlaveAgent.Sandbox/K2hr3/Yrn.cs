using System.Text.RegularExpressions;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>A full K2HR3 path: <c>yrn:yahoo:&lt;service&gt;::&lt;tenant&gt;:&lt;kind&gt;:&lt;path&gt;</c>.</summary>
public sealed partial record Yrn(string Service, string Tenant, string Kind, string Path)
{
    /// <summary>What every full path begins with; a name without it is relative to the token's tenant.</summary>
    public const string Prefix = "yrn:yahoo:";

    public static Yrn Role(string tenant, string path) => new("", tenant, "role", path);

    public static Yrn Resource(string tenant, string path) => new("", tenant, "resource", path);

    public static Yrn Policy(string tenant, string path) => new("", tenant, "policy", path);

    /// <summary>The path's own tenant, as the User Data Script gets it.</summary>
    public string TenantYrn => $"{Prefix}{Service}::{Tenant}";

    public static Yrn? Parse(string text, string kind) =>
        Full().Match(text) is { Success: true } match && match.Groups["kind"].Value == kind
            ? new Yrn(match.Groups["service"].Value, match.Groups["tenant"].Value, kind, match.Groups["path"].Value)
            : null;

    public override string ToString() => $"{Prefix}{Service}::{Tenant}:{Kind}:{Path}";

    [GeneratedRegex("^yrn:yahoo:(?<service>[^:]*)::(?<tenant>[^:]*):(?<kind>role|resource|policy):(?<path>.+)$")]
    private static partial Regex Full();
}
