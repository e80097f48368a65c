using System.Net;
using System.Net.NetworkInformation;

namespace SlaveAgent.Hosting;

/// <summary>The addresses of this host's interfaces.</summary>
public static class HostAddresses
{
    /// <summary>As they are now, up or down, without zones.</summary>
    /// <returns>Null when the kernel may not be asked (it needs AF_NETLINK).</returns>
    public static IReadOnlySet<IPAddress>? Read()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                .Select(unicast => Plain(unicast.Address))
                .ToHashSet();
        }
        catch (NetworkInformationException)
        {
            return null;
        }
    }

    /// <summary>Without a zone, and IPv4 where it is: so addresses from different sources compare.</summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes())
        : address;
}
