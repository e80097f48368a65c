using System.Collections.Immutable;
using System.Globalization;

namespace SlaveAgent.Hosting;

/// <summary>Reads the kernel's table through netlink; where that may not be used, or the kernel lacks the module, from /proc.</summary>
public sealed class SocketTable : ISocketTable, IDisposable
{
    private const string Descriptors = "/proc/self/fd";
    private const string SocketMark = "socket:[";

    private readonly KnownSockets _known = new();


    public ImmutableArray<TcpSocket>? Read(IReadOnlySet<int> remotePorts)
    {
        var own = OwnInodes();
        var sockets = SocketDiagnosis.TryRead(remotePorts) ?? ProcNetTcp.TryRead(remotePorts);
        return sockets is { } all ? [.. all.Where(socket => !own.Contains(socket.Inode))] : null;
    }

    public ImmutableArray<TcpSocket>? ReadAgain(ImmutableArray<TcpSocket> known) => _known.TryRead(known);

    public uint? ListenerOf(int port) => SocketDiagnosis.ListenerOf(port);

    public void Dispose() => _known.Dispose();

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
