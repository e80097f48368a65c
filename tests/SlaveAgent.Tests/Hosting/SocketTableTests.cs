using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using SlaveAgent.Hosting;
using SlaveAgent.Roles;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

public sealed class SocketTableTests
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
            SocketDiagnosis.TryRead(PortOf(listener))!.Value.Select(Bare).OrderBy(socket => socket.Inode), ProcNetTcp.TryRead(PortOf(listener))!.Value.Select(Bare).OrderBy(socket => socket.Inode));

        static TcpSocket Bare(TcpSocket socket) => socket with { IsVersion6 = false, Identity = null, Health = default };
    }

    [Fact]
    public void A_connection_that_is_known_is_read_again_by_its_identity_until_it_is_gone()
    {
        using var listener = Listen(IPAddress.Loopback);
        using var four = Connect(listener, AddressFamily.InterNetwork);
        using var mapped = Connect(listener, AddressFamily.InterNetworkV6);
        using var sockets = new KnownSockets();
        var known = SocketDiagnosis.TryRead(PortOf(listener))!.Value;
        Assert.Equal(known, sockets.TryRead(known));
        Assert.All(known, socket => Assert.InRange(socket.Health.RoundTrip!.Value, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(5)));
        Assert.All(known, socket => Assert.False(socket.Health.IsDead));

        four.Close();
        Assert.True(SpinWait.SpinUntil(() => sockets.TryRead(known) is null, TimeSpan.FromSeconds(60)), "its end is not acknowledged");
        Assert.Single(sockets.TryRead([.. known.Where(socket => socket.Local.Port == ((IPEndPoint)mapped.LocalEndPoint!).Port)])!.Value);
    }

    [Fact]
    public void The_user_who_listens_on_a_control_port_is_known()
    {
        using var listener = Listen(IPAddress.Loopback);
        using var user = Process.Start(new ProcessStartInfo("id", "-u") { RedirectStandardOutput = true })!;
        Assert.Equal(uint.Parse(user.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture), SocketDiagnosis.ListenerOf(((IPEndPoint)listener.LocalEndPoint!).Port));
        Assert.Null(SocketDiagnosis.ListenerOf(Listener.ClosedPort()));
    }

    [Fact]
    public async Task The_end_of_a_connection_to_a_port_is_told_and_that_of_another_is_not()
    {
        using var listener = Listen(IPAddress.Loopback);
        using var other = Listen(IPAddress.Loopback);
        var told = 0;
        using var signal = new SemaphoreSlim(0);
        var cookies = new ConcurrentQueue<ulong?>();
        using var closed = new ClosedConnections(
            cookie =>
            {
                cookies.Enqueue(cookie);
                Interlocked.Increment(ref told);
                signal.Release();
            },
            TimeProvider.System);
        Assert.SkipUnless(closed.Ensure(PortOf(listener)), "this kernel does not tell of closed sockets");

        for (var turn = 0; turn < 20; turn++)
        {
            ConnectAndEnd(other, AddressFamily.InterNetwork);
        }

        ConnectAndEnd(listener, AddressFamily.InterNetwork);
        Assert.True(await signal.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        ConnectAndEnd(listener, AddressFamily.InterNetworkV6);
        Assert.True(await signal.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.Equal(2, told);

        // By the cookie that a dump shows.
        using (var third = Connect(listener, AddressFamily.InterNetwork))
        {
            var known = Assert.Single(SocketDiagnosis.TryRead(PortOf(listener))!.Value);
            listener.Accept().Close();
            Assert.Equal(0, third.Receive(new byte[1]));
            third.Close();
            Assert.True(await signal.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
            Assert.Equal(known.Identity!.Value.Cookie, cookies.Last());
        }

        Assert.True(closed.Ensure(PortOf(other)));
        ConnectAndEnd(other, AddressFamily.InterNetwork);
        Assert.True(await signal.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
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
    public async Task The_agents_own_connections_are_left_out_and_another_processs_are_not()
    {
        using var listener = Listen(IPAddress.Loopback);
        using var own = Connect(listener, AddressFamily.InterNetwork);
        using var table = new SocketTable();
        Assert.Empty(table.Read(PortOf(listener))!.Value);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        using var other = Process.Start(new ProcessStartInfo("bash", ["-c", $"exec 3<>/dev/tcp/127.0.0.1/{port}; echo there; read"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("there", await other.StandardOutput.ReadLineAsync(Cancel));
        Assert.Single(table.Read(PortOf(listener))!.Value);
        other.StandardInput.Close();
        await other.WaitForExitAsync(Cancel);
    }

    /// <summary>What it costs is what it receives: the kernel walks its table whatever the filter is, and a known connection it finds without.</summary>
    [Fact]
    public void Beside_ten_thousand_other_connections_a_dump_and_a_lookup_receive_the_same_few_bytes()
    {
        using var listener = Listen(IPAddress.Loopback);
        using var four = Connect(listener, AddressFamily.InterNetwork);
        using var known = new KnownSockets();
        var port = (ushort)((IPEndPoint)listener.LocalEndPoint!).Port;
        Assert.SkipWhen(SocketDiagnosis.TryRead(PortOf(listener)) is null, "this kernel has no socket diagnosis");
        var alone = BytesOfDump(port);
        using var others = Listen(IPAddress.Loopback);
        var open = new List<Socket>();
        try
        {
            while (open.Count < 10_000)
            {
                open.Add(Connect(others, AddressFamily.InterNetwork));
                open.Add(others.Accept());
            }

            Assert.Equal(alone, BytesOfDump(port));
            var found = SocketDiagnosis.TryRead(PortOf(listener))!.Value;
            Assert.Single(found);
            Assert.Equal(found, known.TryRead(found));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.AddressAlreadyInUse)
        {
            Assert.Skip("this process may not open 10,000 sockets");
        }
        finally
        {
            open.ForEach(socket => socket.Dispose());
        }
    }

    /// <summary>As a chmpx with SSL has them: the kernel knows nothing of what is inside.</summary>
    [Fact]
    public async Task A_connection_that_carries_TLS_is_found_and_judged_as_any_other()
    {
        var (certificate, key) = KeyPairs.Make();
        using var pair = X509Certificate2.CreateFromPem(certificate, key);
        using var listener = Listen(IPAddress.Loopback);
        using var client = Connect(listener, AddressFamily.InterNetwork);
        await using var server = new SslStream(new NetworkStream(listener.Accept(), ownsSocket: true));
        await using var encrypted = new SslStream(new NetworkStream(client), false, (_, shown, _, _) => shown?.GetCertHashString() == pair.GetCertHashString());
        await Task.WhenAll(server.AuthenticateAsServerAsync(pair), encrypted.AuthenticateAsClientAsync("server"));
        await encrypted.WriteAsync("a key"u8.ToArray(), Cancel);
        Assert.Equal(5, await server.ReadAtLeastAsync(new byte[5], 5, cancellationToken: Cancel));
        var found = Assert.Single(SocketDiagnosis.TryRead(PortOf(listener))!.Value);
        Assert.Equal((TcpState.Established, false), (found.State, found.Health.IsDead));
    }

    [Fact]
    public void Connections_to_other_ports_are_none()
    {
        using var listener = Listen(IPAddress.Loopback);
        using var four = Connect(listener, AddressFamily.InterNetwork);
        Assert.Empty(SocketDiagnosis.TryRead(new HashSet<int> { Listener.ClosedPort() })!.Value);
        Assert.Empty(SocketDiagnosis.TryRead(new HashSet<int>())!.Value);
    }

    [Fact]
    public void Connections_to_many_ports_are_found_and_those_to_others_are_not()
    {
        var listeners = Enumerable.Range(0, 20).Select(_ => Listen(IPAddress.Loopback)).ToList();
        var connections = listeners.Select(listener => Connect(listener, AddressFamily.InterNetwork)).ToList();
        var wanted = listeners.Skip(1).Select(listener => ((IPEndPoint)listener.LocalEndPoint!).Port).ToHashSet();
        Assert.Equal(wanted.Order(), SocketDiagnosis.TryRead(wanted)!.Value.Select(socket => socket.Remote.Port).Order());
        foreach (var socket in listeners.Concat(connections))
        {
            socket.Dispose();
        }
    }

    [Theory]
    [InlineData("   0: 0100007F:1F90 0A00000A:1F54 01 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000000000000000 20 4 30 10 -1", "127.0.0.1:8080", "10.0.0.10:8020")]
    [InlineData("  12: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000A00000A:1F54 01 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0", "127.0.0.1:8080", "10.0.0.10:8020")]
    [InlineData("  12: B80D0120000000000000000001000000:1F90 B80D0120000000000000000002000000:1F54 01 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0", "[2001:db8::1]:8080", "[2001:db8::2]:8020")]
    public void A_line_of_proc_is_a_socket(string line, string local, string remote)
    {
        Assert.SkipUnless(BitConverter.IsLittleEndian, "the lines are of a host with the other byte order");
        Assert.Equal(new TcpSocket(IPEndPoint.Parse(local), IPEndPoint.Parse(remote), TcpState.Established, 1000, 4711), ProcNetTcp.TryParse(line));
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
        Assert.Null(SocketMessages.Take(Message(type: 2, length: 36), sockets));
        Assert.Null(SocketMessages.Take(Message(type: 20, length: 16, saidLength: 15), sockets));
        Assert.Null(SocketMessages.Take(Message(type: 20, length: 88, saidLength: 92), sockets));
        Assert.False(SocketMessages.Take(Message(type: 20, length: 80), sockets));
        Assert.True(SocketMessages.Take(Message(type: 3, length: 20), sockets));
        Assert.Empty(sockets);
    }

    [Fact]
    public void No_datagram_makes_reading_fail() => Gen.Byte.Array[0, 400].Sample(
        bytes => _ = SocketMessages.Take(bytes, ImmutableArray.CreateBuilder<TcpSocket>()), iter: Iterations.Of(20_000));

    [Fact]
    public void This_hosts_addresses_are_known() => Assert.Contains(IPAddress.Loopback, HostAddresses.Read()!);

    [Theory]
    [InlineData("10.98.0.1", "10.98.0.2")]
    [InlineData("fd98::1", "fd98::2")]
    public void A_connection_whose_server_vanished_is_dead_until_it_answers_again(string client, string server)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/sbin/ip"), "only root can make a network namespace, with ip");
        using var far = new NetworkNamespace();
        using var near = new NetworkNamespace();
        Assert.SkipUnless(near.IsThere && far.IsThere, "this root may not make a network namespace");
        near.Run(() => NetworkNamespace.Ip($"link add near type veth peer name far netns {far.Thread}"));
        foreach (var (side, device, address) in new[] { (near, "near", client), (far, "far", server) })
        {
            side.Run(() => NetworkNamespace.Ip($"address add {address}/{(address.Contains(':', StringComparison.Ordinal) ? "64 nodad" : "24")} dev {device}"));
            side.Run(() => NetworkNamespace.Ip($"link set {device} up"));
        }

        using var listener = far.Run(() => Listen(IPAddress.Parse(server)));
        using var connection = near.Run(() => Connect(listener, IPAddress.Parse(server).AddressFamily));
        using var accepted = far.Run(listener.Accept);
        using var table = near.Run(() => new SocketTable());
        var known = near.Run(() => SocketDiagnosis.TryRead(PortOf(listener)))!.Value;
        Assert.False(Assert.Single(known).Health.IsDead);

        far.Run(() => NetworkNamespace.Ip("link set far down"));
        connection.Send("are you there"u8);
        UntilDead(true);
        var slow = near.Run(() => ProcNetTcp.TryRead(PortOf(listener)))!.Value;
        Assert.True(Assert.Single(slow).Health.IsDead);
        Assert.True(known[0].Health.SinceHeard > TimeSpan.FromSeconds(1));

        // The kernel's next tries come 1.6 and 3.2 s after the last one.
        Assert.InRange(known[0].Health.SinceTry!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(4));

        far.Run(() => NetworkNamespace.Ip("link set far up"));
        if (client.Contains(':', StringComparison.Ordinal))
        {
            // A link that goes down loses its addresses of this kind.
            far.Run(() => NetworkNamespace.Ip($"address add {server}/64 nodad dev far"));
        }

        UntilDead(false);

        void UntilDead(bool isDead)
        {
            var since = Stopwatch.StartNew();
            while (known[0].Health.IsDead != isDead)
            {
                Assert.True(since.Elapsed < TimeSpan.FromSeconds(120));
                known = near.Run(() => table.ReadAgain(known))!.Value;
                Thread.Sleep(20);
            }
        }
    }

    /// <summary>The server's ENDPOINTS name the address that others reach it by; that the address is translated on the way, a slave does not see.</summary>
    [Fact]
    public void A_server_behind_an_address_translation_is_found_by_the_address_that_it_is_reached_by()
    {
        const string Nft = "/usr/sbin/nft";
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/sbin/ip"), "only root can make a network namespace, with ip");
        Assert.SkipUnless(File.Exists(Nft), "there is no nft");
        using var near = new NetworkNamespace();
        Assert.SkipUnless(near.IsThere, "this root may not make a network namespace");
        foreach (var arguments in new[] { "link set lo up", "address add 10.9.9.1/32 dev lo", "route add 192.0.2.0/24 dev lo" })
        {
            near.Run(() => NetworkNamespace.Ip(arguments));
        }

        using var listener = near.Run(() => Listen(IPAddress.Parse("10.9.9.1")));
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        var hasTranslation = near.Run(() =>
        {
            using var nft = Process.Start(
                Nft, ["add table ip nat; add chain ip nat out { type nat hook output priority -100; }; add rule ip nat out ip daddr 192.0.2.1 tcp dport 8020 dnat to 10.9.9.1:" + port]);
            nft.WaitForExit();
            return nft.ExitCode == 0;
        });
        Assert.SkipUnless(hasTranslation, "this kernel translates no addresses");
        using var connection = near.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Parse("192.0.2.1"), 8020);
            return socket;
        });
        using var accepted = near.Run(listener.Accept);
        var known = near.Run(() => SocketDiagnosis.TryRead(new HashSet<int> { 8020 }))!.Value;
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 8020), Assert.Single(known).Remote);
        Assert.Empty(near.Run(() => SocketDiagnosis.TryRead(PortOf(listener)))!.Value);
        using var table = near.Run(() => new SocketTable());
        Assert.Equal(known, near.Run(() => table.ReadAgain(known))!.Value);
    }

    [Fact]
    public void A_connection_from_an_address_that_was_taken_away_is_lost()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/sbin/ip"), "only root can make a network namespace, with ip");
        using var host = new NetworkNamespace();
        Assert.SkipUnless(host.IsThere, "this root may not make a network namespace");
        host.Run(() => NetworkNamespace.Ip("link set lo up"));
        host.Run(() => NetworkNamespace.Ip("address add 10.98.0.1/32 dev lo"));
        host.Run(() => NetworkNamespace.Ip("address add 10.98.0.2/32 dev lo"));
        using var listener = host.Run(() => Listen(IPAddress.Parse("10.98.0.2")));
        using var staying = host.Run(() => Connect(listener, AddressFamily.InterNetwork));
        using var leaving = host.Run(() => ConnectFrom(IPAddress.Parse("10.98.0.1"), listener));
        Assert.Empty(host.Run(Lost));
        host.Run(() => NetworkNamespace.Ip("address delete 10.98.0.1/32 dev lo"));
        Assert.Equal(leaving.LocalEndPoint, Assert.Single(host.Run(Lost)).Local);

        List<TcpSocket> Lost()
        {
            var addresses = new AddressWatch(HostAddresses.Read, TimeProvider.System);
            addresses.Refresh();
            return [.. SocketDiagnosis.TryRead(PortOf(listener))!.Value.Where(socket => addresses.IsLost(socket.Local.Address))];
        }

        static Socket ConnectFrom(IPAddress address, Socket listener)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            socket.Connect(listener.LocalEndPoint!);
            return socket;
        }
    }

    [Theory]
    [InlineData("10.0.0.1", false)]
    [InlineData("10.0.0.2", true)]
    [InlineData("127.0.0.9", false)]
    [InlineData("fe80::2%3", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2001:db8::2", true)]
    public void An_address_that_this_host_does_not_have_any_more_is_lost_but_for_loopback_and_link_local_ones(string address, bool isLost)
    {
        var addresses = new AddressWatch(() => new HashSet<IPAddress> { IPAddress.Parse("10.0.0.1"), IPAddress.Parse("2001:db8::1") }, TimeProvider.System);
        Assert.False(addresses.IsLost(IPAddress.Parse(address)));
        addresses.Refresh();
        Assert.Equal(isLost, addresses.IsLost(IPAddress.Parse(address)));
    }

    private static byte[] Message(ushort type, int length, int? saidLength = null)
    {
        var message = new byte[length];
        BitConverter.TryWriteBytes(message, saidLength ?? length);
        BitConverter.TryWriteBytes(message.AsSpan(4), type);
        return message;
    }

    private static int BytesOfDump(ushort port)
    {
        using var netlink = NetlinkSocket.TryOpen(SocketMessages.Protocol)!;
        netlink.Send(SocketMessages.DumpOf(SocketMessages.Version4, port));
        var (buffer, sockets) = (new byte[32 * 1024], ImmutableArray.CreateBuilder<TcpSocket>());
        for (var bytes = 0; ;)
        {
            var length = netlink.Receive(buffer);
            bytes += length;
            if (SocketMessages.Take(buffer.AsSpan(0, length), sockets) is true)
            {
                return bytes;
            }
        }
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

    /// <summary>A connection that the server ends, and then the client.</summary>
    private static void ConnectAndEnd(Socket listener, AddressFamily family)
    {
        using var client = Connect(listener, family);
        listener.Accept().Close();
        Assert.Equal(0, client.Receive(new byte[1]));
    }

    private static HashSet<int> PortOf(Socket listener) => [((IPEndPoint)listener.LocalEndPoint!).Port];

    private static IPEndPoint Plain(EndPoint endPoint) => new(HostAddresses.Plain(((IPEndPoint)endPoint).Address), ((IPEndPoint)endPoint).Port);
}
