namespace SlaveAgent.Hosting;

/// <summary>The text rules for a host's full name, as the shell tooling builds it from the host name and resolv.conf. Pure.</summary>
public static class HostNames
{
    /// <summary>Names of a host that has no name yet: the kernel's default, and the loopback names of /etc/hosts.</summary>
    private static readonly string[] NoNames = ["(none)", "localhost", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback"];

    /// <summary>The last value of <c>search</c> in resolv.conf, or else of <c>domain</c>; null without either.</summary>
    public static string? DomainOf(string resolvConf) => LastValue(resolvConf, "search") ?? LastValue(resolvConf, "domain");

    /// <summary>Host and domain as one name. A domain that the host name already ends with is not added again: chmpx exits on a name that is not this host's.</summary>
    public static string Join(string host, string domain)
    {
        var (name, suffix) = (Clean(host), Clean(domain));
        return suffix.Length == 0 || name.Equals(suffix, StringComparison.OrdinalIgnoreCase) || name.EndsWith($".{suffix}", StringComparison.OrdinalIgnoreCase)
            ? name
            : Clean($"{name}.{suffix}");
    }

    /// <summary>Without doubled or trailing dots.</summary>
    public static string Clean(string name) => string.Join('.', name.Split('.', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Whether the host has a name of its own; it is <c>localhost</c> or <c>localhost.localdomain</c> until cloud-init or DHCP assigns one.</summary>
    public static bool IsAssigned(string host) =>
        Clean(host).Split('.')[0] is { Length: > 0 } first && !NoNames.Contains(first, StringComparer.OrdinalIgnoreCase);

    private static string? LastValue(string resolvConf, string keyword) => resolvConf
        .Split('\n')
        .Where(line => line.Length > 0 && line[0] is not (' ' or '\t'))
        .Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .Where(values => values.Length > 1 && values[0].Equals(keyword, StringComparison.OrdinalIgnoreCase) && values[^1] != ".")
        .Select(values => values[^1])
        .LastOrDefault();
}
