using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Which addresses the agent may connect to on a configuration's word. Whoever writes a role's resource must not be able to have a root daemon call the
/// cloud's metadata service (link-local), or all hosts of a network. Pure.
/// </summary>
public static class EndpointRules
{
    /// <summary>64:ff9b::/96: a gateway takes the last four bytes for the IPv4 address to call.</summary>
    private static readonly byte[] Translated = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];

    public static bool IsAllowed(IPAddress address) => WhyNot(address) is null;

    /// <returns>Null when it is allowed.</returns>
    public static EndpointRefusal? WhyNot(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return WhyNot(BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()));
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return WhyNot(address.MapToIPv4());
        }

        var bytes = address.GetAddressBytes();
        return bytes.AsSpan().StartsWith(Translated) ? WhyNot(new IPAddress(bytes.AsSpan(12)))
            : address.Equals(IPAddress.IPv6Any) ? EndpointRefusal.Unspecified
            : address.IsIPv6LinkLocal ? EndpointRefusal.LinkLocal
            : address.IsIPv6Multicast ? EndpointRefusal.Multicast
            : null;
    }

    // Linux takes all of 0.0.0.0/8 for "this host", and 255.255.255.255 is the end of what was never given out.
    private static EndpointRefusal? WhyNot(uint address) => (address >> 24) switch
    {
        0 => EndpointRefusal.Unspecified,
        169 when address >> 16 == 0xa9fe => EndpointRefusal.LinkLocal,
        >= 224 and < 240 => EndpointRefusal.Multicast,
        >= 240 => EndpointRefusal.Broadcast,
        _ => null,
    };
}
