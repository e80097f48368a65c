using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>The names and addresses of this host: chmpx does not start when the NAME of its own entry is none of them.</summary>
internal static class OwnNames
{
    public static bool Contain(string name, IReadOnlyList<string>? given)
    {
        if (IPAddress.TryParse(name, out var address))
        {
            return IsOwn(address);
        }
        return name == "localhost" || ((given ?? SimulatedNames()) is { } names ? names.Contains(name) : IsMachines(name));
    }

    // The working directory of a simulated VM is its root; its kernel, and so its host name, is the machine's.
    private static List<string>? SimulatedNames()
    {
        var root = Environment.CurrentDirectory;
        var hostname = Path.Combine(root, "etc/hostname");
        if (root == "/" || !File.Exists(hostname))
        {
            return null;
        }
        string[] names = [File.ReadAllText(hostname).Trim(), Dns.GetHostName()];
        var resolver = Path.Combine(root, "etc/resolv.conf");
        var domains = (File.Exists(resolver) ? File.ReadAllLines(resolver) : [])
            .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["search" or "domain", ..])
            .SelectMany(words => words.Skip(1));
        return [.. names, .. domains.SelectMany(domain => names.Select(name => $"{name}.{domain}"))];
    }

    private static bool IsMachines(string name)
    {
        if (name == Dns.GetHostName())
        {
            return true;
        }
        try
        {
            return Dns.GetHostAddresses(name).Any(IsOwn);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsOwn(IPAddress address) => IPAddress.IsLoopback(address)
        || NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses).Any(own => own.Address.Equals(address));
}
