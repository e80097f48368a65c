using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>
/// A stand-in server node: its own loopback address, and a listener that plays its chmpx. It lets in the slaves which the
/// servers' configuration lists, and keeps them told about the ring.
/// </summary>
public sealed class ServerNode : IServerNode, IAsyncDisposable
{
    private readonly Func<RingHello, bool> isListed;
    private readonly Func<IReadOnlyList<RingMember>> ring;
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<RingStream, RingHello> slaves = new();
    private readonly ConcurrentDictionary<Task, byte> serving = new();
    private Task accepting = Task.CompletedTask;

    internal ServerNode(string name, string cuk, IPAddress address, int port, int controlPort, Func<RingHello, bool> isListed, Func<IReadOnlyList<RingMember>> ring)
    {
        (Name, Cuk, Address, Port, ControlPort) = (name, cuk, address, port, controlPort);
        (this.isListed, this.ring) = (isListed, ring);
    }

    public string Name { get; }

    public string Cuk { get; }

    public IPAddress Address { get; }

    public int Port { get; }

    public int ControlPort { get; }

    /// <summary>The CUKs of the slaves that are connected at this moment.</summary>
    public IReadOnlyList<string> ConnectedSlaves => [.. slaves.Values.Select(slave => slave.Cuk)];

    public Task<bool> HasSlaveAsync(string cuk, CancellationToken cancellationToken) => Task.FromResult(ConnectedSlaves.Contains(cuk));

    internal RingStatus Status { get; set; } = RingStatus.ServiceOut | RingStatus.Up;

    internal RingMember Member(ulong hash) => new(
        Name, Port, ControlPort, Cuk, Name, $"{Address}:{Port}", $"{Address}:{ControlPort}", $"{Address}", Status, hash);

    internal void Start()
    {
        listener.Bind(new IPEndPoint(Address, Port));
        listener.Listen();
        accepting = AcceptAsync(stopping.Token);
    }

    internal async Task TellAsync()
    {
        var news = new RingNews(ring());
        foreach (var stream in slaves.Keys)
        {
            await stream.WriteAsync(news, stopping.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        foreach (var stream in slaves.Keys)
        {
            stream.Dispose();
        }
        await Task.WhenAll([accepting, .. serving.Keys]);
        stopping.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(cancellationToken);
                var task = ServeAsync(socket, cancellationToken);
                serving[task] = 0;
                _ = task.ContinueWith(done => serving.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The node went away.
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var stream = new RingStream(socket);
        try
        {
            if (await stream.ReadAsync<RingHello>(cancellationToken) is not { } hello || !isListed(hello))
            {
                return;
            }
            slaves[stream] = hello;
            await stream.WriteAsync(new RingNews(ring()), cancellationToken);
            while (await stream.ReadAsync<RingHello>(cancellationToken) is not null)
            {
                // A slave has nothing more to say; the read ends when it leaves.
            }
        }
        catch (OperationCanceledException)
        {
            // The node went away.
        }
        finally
        {
            slaves.TryRemove(stream, out _);
        }
    }
}
