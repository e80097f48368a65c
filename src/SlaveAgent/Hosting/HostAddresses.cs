using System.Net;
using System.Net.NetworkInformation;

namespace SlaveAgent.Hosting;

/// <summary>The addresses of this host's interfaces.</summary>
public static class HostAddresses
{
    /// <summary>The current addresses, without zones.</summary>
    /// <returns>Null when they can be read neither from /proc nor from the kernel (which needs AF_NETLINK).</returns>
    public static IReadOnlySet<IPAddress>? Read() => ReadProc() ?? ReadInterfaces();

    private static HashSet<IPAddress>? ReadProc()
    {
        try
        {
            var version6 = File.Exists(ProcNetAddresses.Version6) ? ProcNetAddresses.ReadVersion6(File.ReadAllText(ProcNetAddresses.Version6)) : [];
            return [.. ProcNetAddresses.ReadVersion4(File.ReadAllText(ProcNetAddresses.Version4)), .. version6.Select(Plain)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static HashSet<IPAddress>? ReadInterfaces()
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

    /// <summary>Without a zone, and IPv4-mapped addresses as IPv4, so that addresses from different sources are comparable.</summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes())
        : address;
}
