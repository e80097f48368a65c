using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace SlaveAgent.Hosting;

/// <summary>
/// Is told by the kernel when a connection to certain ports is gone (sock_diag(7), the groups of destroyed sockets). The kernel filters: of the other
/// connections of a host, however many, this process is not woken. It only saves time: whoever must not miss an end observes the sockets as well.
/// </summary>
/// <param name="closed">Told of each, on a thread of the pool: the socket's cookie, or null where some were missed.</param>
public sealed class ClosedConnections(Action<ulong?> closed, TimeProvider time) : IDisposable
{
    /// <summary>Of TCP over IPv4 and over IPv6 (linux/sock_diag.h, groups 1 and 3).</summary>
    private const uint Destroyed = 0b101;

    private const int SocketLevel = 1;
    private const int AttachFilter = 26;

    /// <summary>For more the kernel's limit of a socket's options (net.core.optmem_max) may leave no room; their ends are seen at the next look.</summary>
    private const int MostPorts = 200;

    /// <summary>What could not be had of the kernel is tried again after so long.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMinutes(1);

    private Socket? _netlink;
    private IReadOnlySet<int>? _ports;
    private long _triedAt;
    private volatile bool _isOver;

    /// <summary>Begins to listen for the ends of connections to these ports. Cheap while it is given the same set.</summary>
    /// <returns>Whether it could be had of the kernel.</returns>
    public bool Ensure(IReadOnlySet<int> remotePorts)
    {
        if (ReferenceEquals(_ports, remotePorts) && ((_netlink is not null && !_isOver) || time.GetElapsedTime(_triedAt) < BetweenTries))
        {
            return _netlink is not null && !_isOver;
        }

        Dispose();
        (_ports, _triedAt, _isOver) = (remotePorts, time.GetTimestamp(), false);
        if (remotePorts.Count is 0 or > MostPorts)
        {
            return false;
        }

        try
        {
            if (NetlinkSocket.TryOpen(SocketMessages.Protocol) is not { } netlink)
            {
                return false;
            }

            _netlink = netlink;
            Filter(netlink, remotePorts);
            if (NetlinkSocket.TryJoin(netlink, Destroyed))
            {
                _ = ListenAsync(netlink);
                return true;
            }
        }
        catch (SocketException)
        {
            // Not every sandbox allows the filter, and without it every end would wake this process.
        }

        Dispose();
        return false;
    }

    public void Dispose()
    {
        _netlink?.Dispose();
        _netlink = null;
    }

    private async Task ListenAsync(Socket netlink)
    {
        var buffer = new byte[4096];
        while (true)
        {
            ulong? cookie = null;
            try
            {
                cookie = SocketMessages.CookieOf(buffer.AsSpan(0, await netlink.ReceiveAsync(buffer).ConfigureAwait(false)));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
            {
                // More ended at once than the kernel kept word of.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                _isOver = ReferenceEquals(netlink, _netlink);
                return;
            }

            closed(cookie);
        }
    }

    /// <summary>A classic filter program (linux/filter.h): a message about another port is dropped before it wakes anybody.</summary>
    private static unsafe void Filter(Socket netlink, IReadOnlySet<int> remotePorts)
    {
        const ushort LoadHalf = 0x28;
        const ushort JumpIfEqual = 0x15;
        const ushort Return = 0x06;
        var program = new List<Instruction> { new(LoadHalf, 0, 0, SocketMessages.RemotePortOffset) };
        foreach (var port in remotePorts)
        {
            program.Add(new Instruction(JumpIfEqual, 0, 1, (uint)port));
            program.Add(new Instruction(Return, 0, 0, uint.MaxValue));
        }

        program.Add(new Instruction(Return, 0, 0, 0));
        fixed (Instruction* first = program.ToArray())
        {
            var value = new FilterProgram((ushort)program.Count, (nint)first);
            netlink.SetRawSocketOption(SocketLevel, AttachFilter, MemoryMarshal.AsBytes(new ReadOnlySpan<FilterProgram>(ref value)));
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FilterProgram(ushort Length, nint First);
}
