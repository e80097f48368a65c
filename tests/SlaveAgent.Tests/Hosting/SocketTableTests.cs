using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using CsCheck;
using SlaveAgent.Hosting;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

public sealed partial class SocketTableTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Connections_to_a_port_are_found_by_both_ways_with_their_addresses()
    {
        using var listener = Listen(IPAddress.Loopback);
        using var four = Connect(listener, AddressFamily.InterNetwork);
        using var mapped = Connect(listener, AddressFamily.InterNetworkV6);
        foreach (var sockets in new[] { SocketDiagnosis.TryRead(PortOf(listener)), ProcNetTcp.TryRead(PortOf(listener)) })
        {
            Assert.NotNull(sockets);
            Assert.Equal(
                [Plain(four.LocalEndPoint!), Plain(mapped.LocalEndPoint!)],
                sockets.Value.Select(socket => socket.Local).OrderBy(local => local.Port == Plain(mapped.LocalEndPoint!).Port));
            Assert.All(sockets.Value, socket => Assert.Equal((listener.LocalEndPoint, TcpState.Established), (socket.Remote, socket.State)));
            Assert.All(sockets.Value, socket => Assert.Equal((uint)(Environment.IsPrivilegedProcess ? 0 : socket.User), socket.User));
            Assert.All(sockets.Value, socket => Assert.NotEqual(0u, socket.Inode));
        }

        Assert.Equal(
            SocketDiagnosis.TryRead(PortOf(listener))!.Value.OrderBy(socket => socket.Inode), ProcNetTcp.TryRead(PortOf(listener))!.Value.OrderBy(socket => socket.Inode));
    }

    [Fact]
    public void Connections_over_IPv6_are_found_by_both_ways()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6 && File.Exists("/proc/self/net/if_inet6") && File.ReadAllText("/proc/self/net/if_inet6").Length > 0, "this host has no IPv6");
        using var listener = Listen(IPAddress.IPv6Loopback);
        using var six = Connect(listener, AddressFamily.InterNetworkV6);
        foreach (var sockets in new[] { SocketDiagnosis.TryRead(PortOf(listener)), ProcNetTcp.TryRead(PortOf(listener)) })
        {
            Assert.Equal((six.LocalEndPoint, listener.LocalEndPoint), (Assert.Single(sockets!.Value).Local, sockets.Value[0].Remote));
        }
    }

    [Fact]
    public void A_connection_that_is_being_made_is_found_by_both_ways()
    {
        using var silent = new BlackHole();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        Assert.Throws<SocketException>(() => socket.Connect(IPAddress.Loopback, silent.Address.Port));
        var ports = new HashSet<int> { silent.Address.Port };
        foreach (var sockets in new[] { SocketDiagnosis.TryRead(ports), ProcNetTcp.TryRead(ports) })
        {
            Assert.Single(sockets!.Value, found => found.State == TcpState.SynSent);
        }
    }

    [Fact]
    public async Task The_agents_own_connections_are_left_out_and_another_processs_are_not()
    {
        using var listener = Listen(IPAddress.Loopback);
        using var own = Connect(listener, AddressFamily.InterNetwork);
        Assert.Empty(SocketTable.Read(PortOf(listener))!.Value);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        using var other = Process.Start(new ProcessStartInfo("bash", ["-c", $"exec 3<>/dev/tcp/127.0.0.1/{port}; echo there; read"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("there", await other.StandardOutput.ReadLineAsync(Cancel));
        Assert.Single(SocketTable.Read(PortOf(listener))!.Value);
        other.StandardInput.Close();
        await other.WaitForExitAsync(Cancel);
    }

    [Fact]
    public void Connections_to_other_ports_are_none()
    {
        using var listener = Listen(IPAddress.Loopback);
        using var four = Connect(listener, AddressFamily.InterNetwork);
        Assert.Empty(SocketDiagnosis.TryRead(new HashSet<int> { Listener.ClosedPort() })!.Value);
        Assert.Empty(SocketDiagnosis.TryRead(new HashSet<int>())!.Value);
    }

    [Theory]
    [InlineData("   0: 0100007F:1F90 0A00000A:1F54 01 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000000000000000 20 4 30 10 -1", "127.0.0.1:8080", "10.0.0.10:8020", TcpState.Established)]
    [InlineData("  12: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000A00000A:1F54 02 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0", "127.0.0.1:8080", "10.0.0.10:8020", TcpState.SynSent)]
    [InlineData("  12: B80D0120000000000000000001000000:1F90 B80D0120000000000000000002000000:1F54 01 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0", "[2001:db8::1]:8080", "[2001:db8::2]:8020", TcpState.Established)]
    public void A_line_of_proc_is_a_socket(string line, string local, string remote, TcpState state)
    {
        Assert.SkipUnless(BitConverter.IsLittleEndian, "the lines are of a host with the other byte order");
        Assert.Equal(new TcpSocket(IPEndPoint.Parse(local), IPEndPoint.Parse(remote), state, 1000, 4711), ProcNetTcp.TryParse(line));
    }

    [Theory]
    [InlineData("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode")]
    [InlineData("   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0")]
    [InlineData("   0: 0100007F:1F90 0A00000A:1F54 01 00000000:00000000 00:00000000 00000000  1000        0")]
    [InlineData("   0: 0100007F 0A00000A:1F54 01 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0")]
    [InlineData("   0: 0100007F:1F90 0A00000X:1F54 01 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0")]
    [InlineData("")]
    public void Any_other_line_is_none(string line) => Assert.Null(ProcNetTcp.TryParse(line));

    [Fact]
    public void A_dump_that_failed_or_is_nonsense_is_none()
    {
        var sockets = ImmutableArray.CreateBuilder<TcpSocket>();
        Assert.Null(SocketDiagnosis.Take(Message(type: 2, length: 36), sockets));
        Assert.Null(SocketDiagnosis.Take(Message(type: 20, length: 16, saidLength: 15), sockets));
        Assert.Null(SocketDiagnosis.Take(Message(type: 20, length: 88, saidLength: 92), sockets));
        Assert.False(SocketDiagnosis.Take(Message(type: 20, length: 80), sockets));
        Assert.True(SocketDiagnosis.Take(Message(type: 3, length: 20), sockets));
        Assert.Empty(sockets);
    }

    [Fact]
    public void No_datagram_makes_reading_fail() => Gen.Byte.Array[0, 400].Sample(
        bytes => _ = SocketDiagnosis.Take(bytes, ImmutableArray.CreateBuilder<TcpSocket>()), iter: Iterations.Of(20_000));

    [Fact]
    public void This_hosts_addresses_are_known() => Assert.Contains(IPAddress.Loopback, HostAddresses.Read()!);

    [Fact]
    public void Sockets_whose_address_is_gone_are_stale()
    {
        var addresses = new HashSet<IPAddress> { IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fe80::1") };
        TcpSocket[] living = [From("10.0.0.1:5"), From("127.0.0.9:5"), From("[fe80::1%3]:5"), From("[::1]:5")];
        TcpSocket[] stale = [From("10.0.0.2:5"), From("[fe80::2%3]:5")];
        Assert.Equal(stale, StaleSockets.Find([.. living, .. stale], addresses));

        static TcpSocket From(string local) => new(IPEndPoint.Parse(local), IPEndPoint.Parse("10.0.0.9:8020"), TcpState.Established, 0, 1);
    }

    [Fact]
    public void A_connection_from_an_address_that_was_taken_away_is_found_in_a_namespace()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/sbin/ip"), "only root can make a network namespace, with ip");

        // A thread has a namespace of its own, with all sockets and programs that it makes.
        (ImmutableArray<TcpSocket>? Before, ImmutableArray<TcpSocket>? After, IPEndPoint? Stale)? found = null;
        Exception? failed = null;
        var thread = new Thread(() =>
        {
            try
            {
                found = InNamespace();
            }
            catch (Exception e)
            {
                failed = e;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failed);
        Assert.SkipUnless(found is not null, "this root may not make a network namespace");
        Assert.Empty(found.Value.Before!.Value);
        Assert.Equal(found.Value.Stale, Assert.Single(found.Value.After!.Value).Local);

        static (ImmutableArray<TcpSocket>? Before, ImmutableArray<TcpSocket>? After, IPEndPoint? Stale)? InNamespace()
        {
            if (Unshare(NewNetwork) != 0)
            {
                return null;
            }

            Ip("link set lo up");
            Ip("address add 10.98.0.1/32 dev lo");
            Ip("address add 10.98.0.2/32 dev lo");
            using var listener = Listen(IPAddress.Parse("10.98.0.2"));
            using var staying = Connect(listener, AddressFamily.InterNetwork);
            using var leaving = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            leaving.Bind(new IPEndPoint(IPAddress.Parse("10.98.0.1"), 0));
            leaving.Connect(listener.LocalEndPoint!);
            var before = Stale(listener);
            Ip("address delete 10.98.0.1/32 dev lo");
            return (before, Stale(listener), (IPEndPoint)leaving.LocalEndPoint!);
        }

        static ImmutableArray<TcpSocket>? Stale(Socket listener) => StaleSockets.Find(SocketDiagnosis.TryRead(PortOf(listener))!.Value, HostAddresses.Read()!);

        static void Ip(string arguments)
        {
            using var ip = Process.Start("/sbin/ip", arguments);
            ip.WaitForExit();
            Assert.Equal(0, ip.ExitCode);
        }
    }

    private const int NewNetwork = 0x40000000;

    [LibraryImport("libc.so.6", EntryPoint = "unshare")]
    private static partial int Unshare(int flags);

    private static byte[] Message(ushort type, int length, int? saidLength = null)
    {
        var message = new byte[length];
        BitConverter.TryWriteBytes(message, saidLength ?? length);
        BitConverter.TryWriteBytes(message.AsSpan(4), type);
        return message;
    }

    private static Socket Listen(IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen();
        return socket;
    }

    private static Socket Connect(Socket listener, AddressFamily family)
    {
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        if (family == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = true;
        }

        socket.Connect((IPEndPoint)listener.LocalEndPoint!);
        return socket;
    }

    private static HashSet<int> PortOf(Socket listener) => [((IPEndPoint)listener.LocalEndPoint!).Port];

    private static IPEndPoint Plain(EndPoint endPoint) => new(HostAddresses.Plain(((IPEndPoint)endPoint).Address), ((IPEndPoint)endPoint).Port);
}
