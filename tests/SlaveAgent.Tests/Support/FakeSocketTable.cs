using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;

namespace SlaveAgent.Tests.Support;

/// <summary>A table of connections whose servers a test has vanish; counts how it is read.</summary>
internal sealed class FakeSocketTable : ISocketTable
{
    private ulong _lastInode;

    /// <summary>Null: the kernel does not tell.</summary>
    public ImmutableArray<TcpSocket>? Sockets { get; private set; } = [];

    public int Reads { get; private set; }

    public int ReadsAgain { get; private set; }

    /// <summary>Whether anybody knows the servers' names.</summary>
    public bool IsResolved { get; set; } = true;

    /// <summary>The user of chmpx; null: not known.</summary>
    public uint? Owner { get; set; }

    /// <summary>The servers <c>svr1</c>, <c>svr2</c> and so on are at 10.0.1.1, 10.0.1.2 and so on.</summary>
    public EndpointResolver ResolverOf(TimeProvider time) =>
        new((host, _) => IsResolved ? Task.FromResult<IPAddress[]>([AddressOf(host)]) : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)), time);

    public void Connect(string server, string local = "10.0.0.1", uint user = 0)
    {
        var inode = ++_lastInode;
        Sockets = [.. Sockets ?? [], new TcpSocket(new IPEndPoint(IPAddress.Parse(local), 40000 + (int)inode), new IPEndPoint(AddressOf(server), 8020), TcpState.Established, user, inode) { Identity = IdentityOf(inode) }];
    }

    public void End(string server) => Sockets = [.. Sockets!.Value.Where(socket => !socket.Remote.Address.Equals(AddressOf(server)))];

    public void Tell(string server, TcpHealth health) =>
        Sockets = [.. Sockets!.Value.Select(socket => socket.Remote.Address.Equals(AddressOf(server)) ? socket with { Health = health } : socket)];

    /// <summary>From now on the kernel does not tell.</summary>
    public ImmutableArray<TcpSocket>? Deny()
    {
        var before = Sockets;
        Sockets = null;
        return before;
    }

    public void Allow(ImmutableArray<TcpSocket>? sockets) => Sockets = sockets;

    /// <summary>The cookie is the inode's number.</summary>
    public ulong CookieOf(string server) => Sockets!.Value.Single(socket => socket.Remote.Address.Equals(AddressOf(server))).Identity!.Value.Cookie;

    public ImmutableArray<TcpSocket>? Read(IReadOnlySet<int> remotePorts)
    {
        Reads++;
        return Sockets is { } all ? [.. all.Where(socket => remotePorts.Contains(socket.Remote.Port))] : null;
    }

    public ImmutableArray<TcpSocket>? ReadAgain(ImmutableArray<TcpSocket> known)
    {
        ReadsAgain++;
        var now = known.Select(socket => Sockets?.FirstOrDefault(other => other.Inode == socket.Inode)).OfType<TcpSocket>().ToImmutableArray();
        return now.Length < known.Length ? null : now.SequenceEqual(known) ? known : now;
    }

    public uint? ListenerOf(int port) => Owner;

    private static SocketIdentity IdentityOf(ulong cookie)
    {
        Span<ulong> parts = [0, 0, 0, 0, 0, cookie];
        return MemoryMarshal.Read<SocketIdentity>(MemoryMarshal.AsBytes(parts));
    }

    private static IPAddress AddressOf(string server) => IPAddress.Parse($"10.0.1.{server[^1]}");
}
