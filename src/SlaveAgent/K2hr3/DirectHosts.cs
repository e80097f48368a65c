using System.Net;

namespace SlaveAgent.K2hr3;

/// <summary>
/// The hosts of <c>no_proxy</c>, which are asked directly, as curl and most programs read it: names with all below them, addresses, networks, <c>*</c>; each may
/// have a port. Pure.
/// </summary>
internal sealed class DirectHosts(string? text)
{
    private readonly string[] _entries = (text ?? string.Empty).Split([',', ' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public bool Contains(Uri address)
    {
        var host = address.IdnHost.TrimEnd('.');
        return _entries.Any(entry => entry == "*" || Matches(entry, host, address.Port));
    }

    private static bool Matches(string entry, string host, int port)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
        {
            return Matches(entry, address) || (WithoutPort(entry, port) is { } bare && Matches(bare, address));
        }

        var name = (WithoutPort(entry, port) ?? entry).TrimStart('*').Trim('.');
        return name.Length > 0
            && (host.Equals(name, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{name}", StringComparison.OrdinalIgnoreCase));
    }

    private static bool Matches(string entry, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return entry.Contains('/', StringComparison.Ordinal)
            ? IPNetwork.TryParse(entry, out var network) && network.Contains(plain)
            : IPAddress.TryParse(entry.Trim('[', ']'), out var single) && single.Equals(plain);
    }

    /// <summary>What stands before this port; null where the entry has none, or another.</summary>
    private static string? WithoutPort(string entry, int port) =>
        entry.EndsWith($":{port}", StringComparison.Ordinal) && entry[..entry.LastIndexOf(':')] is var host && (!host.Contains(':', StringComparison.Ordinal) || host.EndsWith(']')) ? host : null;
}
