using System.Net;
using System.Text.RegularExpressions;

namespace SlaveAgent.Identity;

/// <summary>
/// chmpx searches for its own entry by NAME, and exits at startup ("Could not get self node information") if no entry's NAME is this host. A NAME
/// is this host when it, one of its addresses, or a name from their reverse lookup is among the addresses of the interfaces or the names
/// from the reverse lookup of the host name's addresses. 127.0.0.1 and ::1 never count; other loopback addresses count by their name only. The host name itself
/// counts only if DNS has it: one in /etc/hosts at 127.0.1.1 without a domain does not (seen on 1.0.113). A NAME is also used as a regular
/// expression, searched for in those names and addresses.
/// </summary>
public static class OwnName
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "::1"];

    public static OwnNameVerdict Check(string name, ResolvedName resolved, HostNetwork host)
    {
        if (host.Addresses.Count == 0)
        {
            return new(OwnNameCode.NotKnown, "this host's addresses cannot be read");
        }

        var own = host.Names.Concat(host.Addresses.Select(TextOf)).Where(text => !Loopback.Contains(text)).ToHashSet(StringComparer.Ordinal);
        if (Loopback.Contains(name))
        {
            return own.Count > 0
                ? new(OwnNameCode.Own, $"{name} matches every name and address of this host")
                : new(OwnNameCode.OnlyLoopback, $"NAME {name} does not identify this host, which has loopback addresses only");
        }

        if (own.Contains(name) || resolved.Names.Any(own.Contains) || resolved.Addresses.Any(address => own.Contains(TextOf(address))))
        {
            return new(OwnNameCode.Own, $"{name} is this host");
        }

        if (name.AsSpan().ContainsAny("[]{},"))
        {
            return new(OwnNameCode.NotKnown, $"NAME {name} is a pattern");
        }

        if (IsFoundIn(name, own))
        {
            return new(OwnNameCode.Own, $"{name} matches a name or address of this host");
        }

        // DNS may have the host name with an address that no interface has, such as a floating IP: chmpx accepts it.
        return !resolved.IsKnown || (name.Equals(host.NodeName, StringComparison.Ordinal) && resolved.Addresses.Any(address => !IPAddress.IsLoopback(address)))
            ? new(OwnNameCode.NotKnown, $"it is unknown whether {name} is this host")
            : NotFound(name, resolved, host);
    }

    private static OwnNameVerdict NotFound(string name, ResolvedName resolved, HostNetwork host) =>
        resolved.Addresses.Count == 0
            ? new(OwnNameCode.NotResolved, $"NAME {name} does not resolve, and no address of this host ({host.NodeName}) has that name, so chmpx would exit at startup")
            : resolved.Addresses.All(IPAddress.IsLoopback)
                ? new(OwnNameCode.OnlyLoopback, $"NAME {name} resolves to {Texts(resolved)} only, which chmpx does not accept as this host; /etc/hosts should list the full name first, or an address of an interface")
                : new(OwnNameCode.OfAnotherHost, $"NAME {name} resolves to {Texts(resolved)}, which is not an address of this host ({host.NodeName}), so chmpx would exit at startup");

    private static bool IsFoundIn(string pattern, IEnumerable<string> own)
    {
        try
        {
            return own.Any(text => Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100)));
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static string Texts(ResolvedName resolved) => string.Join(", ", resolved.Addresses.Select(TextOf));

    // Without the zone of a link-local address, which chmpx also removes.
    private static string TextOf(IPAddress address)
    {
        var text = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        return text.IndexOf('%', StringComparison.Ordinal) is > 0 and var zone ? text[..zone] : text;
    }
}
