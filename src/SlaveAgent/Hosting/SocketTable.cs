using System.Collections.Immutable;
using System.Globalization;

namespace SlaveAgent.Hosting;

/// <summary>
/// The host's established or connecting TCP sockets to certain ports, except the agent's own. Read from the kernel through netlink, which returns only these; where that
/// may not be used, or the kernel lacks the module, read from /proc.
/// </summary>
public static class SocketTable
{
    private const string Descriptors = "/proc/self/fd";
    private const string SocketMark = "socket:[";

    /// <param name="remotePorts">For example the data ports of the servers in a configuration.</param>
    /// <returns>Null when neither is available.</returns>
    public static ImmutableArray<TcpSocket>? Read(IReadOnlySet<int> remotePorts)
    {
        var own = OwnInodes();
        var sockets = SocketDiagnosis.TryRead(remotePorts) ?? ProcNetTcp.TryRead(remotePorts);
        return sockets is { } all ? [.. all.Where(socket => !own.Contains(socket.Inode))] : null;
    }

    private static HashSet<ulong> OwnInodes()
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Descriptors).Select(InodeOf).OfType<ulong>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static ulong? InodeOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget is { } target
                && target.StartsWith(SocketMark, StringComparison.Ordinal)
                && ulong.TryParse(target.AsSpan(SocketMark.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var inode)
                ? inode
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was closed meanwhile.
            return null;
        }
    }
}
