using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace SlaveAgent.Hosting;

/// <summary>TCP sockets as /proc shows them (proc_net_tcp(5)), where the kernel cannot be asked through netlink.</summary>
internal static class ProcNetTcp
{
    // Those of this process's network namespace; /proc/net is a link to them that not every unit is shown.
    private static readonly string[] Files = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];

    /// <summary>A host with so many lines has other worries; the rest is left where it is.</summary>
    private const int MostLines = 200_000;

    /// <returns>Null when there is no /proc; a host without IPv6 has one file.</returns>
    public static ImmutableArray<TcpSocket>? TryRead(IReadOnlySet<int> remotePorts)
    {
        try
        {
            return [.. Files.Where(File.Exists).SelectMany(file => File.ReadLines(file).Take(MostLines)).Select(TryParse).OfType<TcpSocket>().Where(socket => remotePorts.Contains(socket.Remote.Port))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>One line. Pure.</summary>
    /// <returns>Null for the head, and for sockets in other states.</returns>
    internal static TcpSocket? TryParse(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var local, var remote, var state, _, _, _, var user, _, var inode, ..]
            && EndPoint(local) is { } from
            && EndPoint(remote) is { } to
            && int.TryParse(state, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            && (TcpState)number is TcpState.Established or TcpState.SynSent
            && uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var owner)
            && ulong.TryParse(inode, NumberStyles.None, CultureInfo.InvariantCulture, out var node)
            ? new TcpSocket(from, to, (TcpState)number, owner, node)
            : null;

    /// <summary>An address in words of 32 bits, each written as the number that this host takes it for, and a port.</summary>
    private static IPEndPoint? EndPoint(string text)
    {
        if (text.Split(':') is not [{ Length: 8 or 32 } address, { Length: 4 } port]
            || !ushort.TryParse(port, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var bytes = new byte[address.Length / 2];
        for (var at = 0; at < bytes.Length; at += 4)
        {
            if (!uint.TryParse(address.AsSpan(at * 2, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var word))
            {
                return null;
            }

            BitConverter.TryWriteBytes(bytes.AsSpan(at), word);
        }

        return new IPEndPoint(HostAddresses.Plain(new IPAddress(bytes)), number);
    }
}
