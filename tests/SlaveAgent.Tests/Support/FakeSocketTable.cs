using System.Collections.Immutable;
using System.Net;
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

    /// <summary>The servers <c>svr1</c>, <c>svr2</c> and so on are at 10.0.1.1, 10.0.1.2 and so on.</summary>
    public static EndpointResolver ResolverOf(TimeProvider time) => new((host, _) => Task.FromResult<IPAddress[]>([AddressOf(host)]), time);

    public void Connect(string server, string local = "10.0.0.1")
    {
        var inode = ++_lastInode;
        Sockets = [.. Sockets ?? [], new TcpSocket(new IPEndPoint(IPAddress.Parse(local), 40000 + (int)inode), new IPEndPoint(AddressOf(server), 8020), TcpState.Established, 0, inode) { Identity = default(SocketIdentity) }];
    }

    public void End(string server) => Sockets = [.. Sockets!.Value.Where(socket => !socket.Remote.Address.Equals(AddressOf(server)))];

    public void Tell(string server, TcpHealth health) =>
        Sockets = [.. Sockets!.Value.Select(socket => socket.Remote.Address.Equals(AddressOf(server)) ? socket with { Health = health } : socket)];

    public void Deny() => Sockets = null;

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

    public uint? ListenerOf(int port) => null;

    private static IPAddress AddressOf(string server) => IPAddress.Parse($"10.0.1.{server[^1]}");
}
