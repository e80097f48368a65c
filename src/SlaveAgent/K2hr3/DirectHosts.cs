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
        return entry.Split('/') is [var network, var length]
            ? IPAddress.TryParse(network, out var start) && int.TryParse(length, out var bits) && IsIn(plain, start, bits)
            : IPAddress.TryParse(entry.Trim('[', ']'), out var single) && single.Equals(plain);
    }

    /// <summary>Bits of the network's address behind its length do not matter: people write <c>10.1.2.3/8</c>.</summary>
    private static bool IsIn(IPAddress address, IPAddress network, int length)
    {
        var (bytes, start) = (address.GetAddressBytes(), network.GetAddressBytes());
        return bytes.Length == start.Length && length >= 0 && length <= bytes.Length * 8
            && Enumerable.Range(0, length).All(bit => ((bytes[bit / 8] ^ start[bit / 8]) & (0x80 >> (bit % 8))) == 0);
    }

    /// <summary>What stands before this port; null where the entry has none, or another.</summary>
    private static string? WithoutPort(string entry, int port) =>
        entry.EndsWith($":{port}", StringComparison.Ordinal) && entry[..entry.LastIndexOf(':')] is var host && (!host.Contains(':', StringComparison.Ordinal) || host.EndsWith(']')) ? host : null;
}
