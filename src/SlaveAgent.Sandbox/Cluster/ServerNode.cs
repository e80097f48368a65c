using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>
/// A stand-in server node: its own loopback address, and listeners that simulate its chmpx. It admits the slaves that its own
/// configuration lists, notifies them of changes in the ring, and answers on its control port.
/// </summary>
public sealed class ServerNode : IServerNode, IAsyncDisposable
{
    private readonly ServerCluster cluster;
    private readonly ConcurrentDictionary<string, int> commands = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<RingStream, RingHello> slaves = new();
    private readonly ConcurrentDictionary<Task, byte> serving = new();
    private Socket? listener;
    private ServerControlPort? control;
    private Task accepting = Task.CompletedTask;
    private volatile IReadOnlySet<string>? listed;
    private volatile bool isOff;
    private int connections;

    internal ServerNode(ServerCluster cluster, string name, string cuk, IPAddress address, int port, int controlPort)
    {
        (this.cluster, Name, Cuk, Address, Port, ControlPort) = (cluster, name, cuk, address, port, controlPort);
    }

    public string Name { get; }

    public string Cuk { get; }

    public IPAddress Address { get; }

    public int Port { get; }

    public int ControlPort { get; }

    /// <summary>
    /// How often this node's own configuration follows K2HR3: null together with the other nodes of the cluster, infinite only
    /// when <see cref="ServerCluster.Refresh"/> is called.
    /// </summary>
    public TimeSpan? RefreshInterval { get; set; }

    /// <summary>When its status was last set or confirmed in the ring: what its control port shows as "Last Update".</summary>
    public DateTimeOffset Updated { get; set; } = DateTimeOffset.UtcNow;

    /// <summary>Number of connections to its data port so far.</summary>
    public int Connections => connections;

    /// <summary>Number of times each command arrived at its control port.</summary>
    public IReadOnlyDictionary<string, int> Commands => commands;

    /// <summary>The CUKs of the currently connected slaves.</summary>
    public IReadOnlyList<string> ConnectedSlaves => isOff ? [] : [.. slaves.Values.Select(slave => slave.Cuk)];

    public Task<bool> HasSlaveAsync(string cuk, CancellationToken cancellationToken) => Task.FromResult(ConnectedSlaves.Contains(cuk));

    /// <summary>When it last sent a slave the members of the ring: it sets that time on itself only (chmeventsock.cc: PxComReceiveStatusReq).</summary>
    internal DateTimeOffset Asked { get; private set; }

    internal RingStatus Status { get; set; } = RingStatus.ServiceOut | RingStatus.Up;

    internal DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    internal DateTimeOffset LastRefresh { get; private set; }

    internal RingMember Member => new(
        Name, Port, ControlPort, Cuk, Name, $"{Address}:{Port}", $"{Address}:{ControlPort}", $"{Address}", Status, Updated);

    /// <summary>Closes its connections to slaves, as after a network outage.</summary>
    public void Disconnect()
    {
        foreach (var stream in slaves.Keys)
        {
            stream.Dispose();
        }
    }

    /// <summary>Makes it unreachable, both on its ports and on its connections, which stay open.</summary>
    public async Task CutOffAsync()
    {
        listener?.Dispose();
        await accepting;
        if (control is { } open)
        {
            await open.DisposeAsync();
        }
        listener = null;
    }

    /// <summary>Makes it reachable again.</summary>
    public void Reconnect() => Start();

    internal void Start()
    {
        listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(Address, Port));
        listener.Listen();
        control = new(this, cluster, commands);
        control.Start();
        accepting = AcceptAsync(listener, stopping.Token);
    }

    /// <summary>Sets the slaves that its own configuration lists.</summary>
    internal void List(IReadOnlySet<string> cuks) => (listed, LastRefresh) = (cuks, DateTimeOffset.UtcNow);

    internal async Task NotifyAsync(RingMember member)
    {
        // Cut off, it reaches no slave.
        foreach (var stream in listener is null ? [] : slaves.Keys)
        {
            await stream.WriteAsync(new RingUpdate([member]), stopping.Token);
        }
    }

    /// <summary>Simulates a power failure: its ports no longer answer, and its connections stay open, without FIN or RST.</summary>
    internal async Task PowerOffAsync()
    {
        isOff = true;
        await StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var stream in slaves.Keys)
        {
            stream.Dispose();
        }
        stopping.Dispose();
    }

    private async Task StopAsync()
    {
        if (!stopping.IsCancellationRequested)
        {
            await stopping.CancelAsync();
            await CutOffAsync();
            await Task.WhenAll(serving.Keys);
        }
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(cancellationToken);
                Interlocked.Increment(ref connections);
                var task = ServeAsync(socket, cancellationToken);
                serving[task] = 0;
                _ = task.ContinueWith(done => serving.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The node was stopped.
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        var stream = new RingStream(socket);
        try
        {
            if (await stream.ReadAsync<RingHello>(cancellationToken) is not { } hello || !Admits(hello))
            {
                return;
            }
            if (hello.Joins)
            {
                slaves[stream] = hello;
            }
            else
            {
                Asked = DateTimeOffset.UtcNow;
            }
            await stream.WriteAsync(new RingUpdate(cluster.MembersSeenBy(this)), cancellationToken);
            while (await stream.ReadAsync<RingHello>(cancellationToken) is not null)
            {
                // A slave sends nothing more; the read ends when it disconnects.
            }
        }
        catch (OperationCanceledException)
        {
            // The node was stopped.
        }
        finally
        {
            if (!isOff || !slaves.ContainsKey(stream))
            {
                slaves.TryRemove(stream, out _);
                stream.Dispose();
            }
        }
    }

    private bool Admits(RingHello hello) => cluster.IsOurs(hello) && ((RefreshInterval is null ? null : listed) ?? cluster.Listed).Contains(hello.Cuk);
}
