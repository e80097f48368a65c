using System.Net;
using System.Text.RegularExpressions;

namespace SlaveAgent.Identity;

/// <summary>What this host is called and where it is, as chmpx finds it out at its start.</summary>
/// <param name="NodeName">The kernel's host name.</param>
/// <param name="Names">What the addresses of that name are called in turn.</param>
/// <param name="Addresses">Of all interfaces, loopback included; empty where they cannot be read.</param>
public sealed record HostNetwork(string NodeName, IReadOnlyCollection<string> Names, IReadOnlyCollection<IPAddress> Addresses);

/// <summary>What a name leads to.</summary>
/// <param name="Names">What its addresses are called in turn.</param>
/// <param name="IsKnown">False where nothing answered: it may resolve a moment later.</param>
public sealed record ResolvedName(IReadOnlyCollection<IPAddress> Addresses, IReadOnlyCollection<string> Names, bool IsKnown = true);

public enum OwnNameCode
{
    /// <summary>It is a name or an address of this host.</summary>
    Own,

    /// <summary>It cannot be told, and may well be right.</summary>
    NotKnown,

    /// <summary>It does not resolve, and is no name that an address of this host has.</summary>
    NotResolved,

    /// <summary>It resolves, to addresses that this host does not have.</summary>
    OfAnotherHost,

    /// <summary>It leads to loopback alone, which chmpx does not count.</summary>
    OnlyLoopback,
}

/// <summary>Whether a node's NAME is this host, by chmpx's rule.</summary>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">For a person.</param>
public sealed record OwnNameVerdict(OwnNameCode Code, string Message)
{
    /// <summary>chmpx would end at its start.</summary>
    public bool IsRefused => Code is not (OwnNameCode.Own or OwnNameCode.NotKnown);
}

/// <summary>
/// chmpx looks for its own entry by NAME, and ends at its start ("Could not get self node information") where no entry's NAME is this host. A NAME
/// is this host when it, one of its addresses, or a name that one of its addresses has in turn is among the addresses of the interfaces or the names
/// that the host name's addresses have in turn. 127.0.0.1 and ::1 never count; other loopback addresses count by their name only. The host name by itself
/// counts only where DNS has it: one in /etc/hosts at 127.0.1.1 without a domain does not (seen on 1.0.113). A NAME is also taken as a regular
/// expression, to be found anywhere in those names and addresses.
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
                ? new(OwnNameCode.Own, $"{name} stands for each name and address of this host")
                : new(OwnNameCode.OnlyLoopback, $"NAME {name} is not enough where the host has no address but loopback");
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
            return new(OwnNameCode.Own, $"{name} is found in a name or address of this host");
        }

        // DNS may have the host name at an address that no interface has, as a floating one: chmpx takes it then.
        return !resolved.IsKnown || (name.Equals(host.NodeName, StringComparison.Ordinal) && resolved.Addresses.Any(address => !IPAddress.IsLoopback(address)))
            ? new(OwnNameCode.NotKnown, $"whether {name} is this host cannot be told now")
            : NotFound(name, resolved, host);
    }

    private static OwnNameVerdict NotFound(string name, ResolvedName resolved, HostNetwork host) =>
        resolved.Addresses.Count == 0
            ? new(OwnNameCode.NotResolved, $"NAME {name} does not resolve, and no address of this host ({host.NodeName}) has that name: chmpx would end at its start")
            : resolved.Addresses.All(IPAddress.IsLoopback)
                ? new(OwnNameCode.OnlyLoopback, $"NAME {name} resolves to {Texts(resolved)} alone, which chmpx does not take for this host; /etc/hosts should have the full name first, or an address of an interface")
                : new(OwnNameCode.OfAnotherHost, $"NAME {name} resolves to {Texts(resolved)}, which is no address of this host ({host.NodeName}): chmpx would end at its start");

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

    // Without the zone of a link-local address, which chmpx cuts off too.
    private static string TextOf(IPAddress address)
    {
        var text = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        return text.IndexOf('%', StringComparison.Ordinal) is > 0 and var zone ? text[..zone] : text;
    }
}
