using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Where a server of a configuration is reached, in the order in which chmpx tries: the endpoints of the list, at most four, then its NAME with its port.
/// Entries that chmpx passes over are passed over, and so is a NAME that is a pattern and names no single host. Pure.
/// </summary>
public static partial class NodeEndpoints
{
    /// <summary>chmpx keeps so many of a list and drops the others.</summary>
    private const int Kept = 4;

    /// <summary>A host name has 253 characters at most; a longer entry names none.</summary>
    private const int LongestEntry = 300;

    /// <summary>CTLENDPOINTS, then NAME with CTLPORT.</summary>
    public static ImmutableArray<NodeEndpoint> ControlOf(IniDocument ini, IniSection server) => Of(ini, server, "CTLENDPOINTS", "CTLPORT");

    /// <summary>ENDPOINTS, then NAME with PORT.</summary>
    public static ImmutableArray<NodeEndpoint> DataOf(IniDocument ini, IniSection server) => Of(ini, server, "ENDPOINTS", "PORT");

    /// <summary>Whether a list has an entry that chmpx can use.</summary>
    internal static bool HasAny(string list) => list.Split(',').Any(text => TryParse(text, 1) is not null);

    private static ImmutableArray<NodeEndpoint> Of(IniDocument ini, IniSection server, string list, string portKey)
    {
        var port = ini.PortOf(server, portKey);
        var endpoints = (server[list] ?? string.Empty).Split(',').Select(text => TryParse(text, port)).OfType<NodeEndpoint>().Take(Kept).ToList();
        if (port is { } number && HostOf(server["NAME"] ?? string.Empty) is { } name)
        {
            endpoints.Add(new NodeEndpoint(name, number));
        }

        return [.. endpoints.Distinct()];
    }

    /// <summary>One entry of a list: <c>host:port</c>, or an IPv6 address with its port in one of the forms that chmpx knows.</summary>
    /// <param name="otherwise">The port where the entry has none.</param>
    /// <returns>Null when it names no host or no port that chmpx can use.</returns>
    public static NodeEndpoint? TryParse(string text, int? otherwise)
    {
        // What is an IPv6 address as a whole has no port, although its last group may look like one.
        text = text.Trim();
        if (text.Length > LongestEntry)
        {
            return null;
        }

        if (HostOf(text) is { } whole)
        {
            return otherwise is { } port ? new NodeEndpoint(whole, port) : null;
        }

        var match = WithPort().Match(text);
        return match.Success && HostOf(match.Groups["host"].Value) is { } host && IniDocument.PortOf(match.Groups["port"].Value) is { } own
            && (match.Groups["separator"].Value == ":" || host.Contains(':', StringComparison.Ordinal))
            ? new NodeEndpoint(host, own)
            : null;
    }

    /// <summary>The host without brackets and zone, an IPv4 address that is written as IPv6 as the IPv4 one; null when it is none.</summary>
    private static string? HostOf(string text)
    {
        var isBracketed = text is ['[', .., ']'];
        var bare = isBracketed ? text[1..^1].Trim() : text;
        if (bare.Contains(':', StringComparison.Ordinal))
        {
            return IPAddress.TryParse(bare.Split('%')[0], out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 && !bare.Contains('[', StringComparison.Ordinal)
                ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
                : null;
        }

        return !isBracketed && Name().IsMatch(bare) ? bare : null;
    }

    [GeneratedRegex(@"\A(?<host>.+?)(?<separator>\s*:|\s*p|\s*#|\s+port\s|\s)\s*(?<port>[0-9]{1,5})\z")]
    private static partial Regex WithPort();

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9.])?\z")]
    private static partial Regex Name();
}
