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
    private readonly ServerCluster _cluster;
    private readonly ConcurrentDictionary<string, int> _commands = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<RingStream, RingHello> _slaves = new();
    private readonly ConcurrentDictionary<Task, byte> _serving = new();
    private Socket? _listener;
    private ServerControlPort? _control;
    private Task _accepting = Task.CompletedTask;
    private volatile IReadOnlySet<string>? _listed;
    private volatile bool _isOff;
    private volatile bool _isCutOff;
    private int _connections;

    internal ServerNode(ServerCluster cluster, string name, string cuk, IPAddress address, int port, int controlPort)
    {
        (_cluster, Name, Cuk, Address, Port, ControlPort) = (cluster, name, cuk, address, port, controlPort);
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
    public int Connections => _connections;

    /// <summary>Number of times each command arrived at its control port.</summary>
    public IReadOnlyDictionary<string, int> Commands => _commands;

    /// <summary>The CUKs of the currently connected slaves.</summary>
    public IReadOnlyList<string> ConnectedSlaves => _isOff ? [] : [.. _slaves.Values.Select(slave => slave.Cuk)];

    /// <summary>It lost power.</summary>
    public bool IsOff => _isOff;

    /// <summary>It runs, and no slave reaches it (<see cref="CutOff"/>).</summary>
    public bool IsCutOff => !_isOff && _isCutOff;

    /// <summary>Connections are open at their slaves' end, also when this node is off.</summary>
    public bool HasOpenConnections => !_slaves.IsEmpty;

    public Task<bool?> HasSlaveAsync(string cuk, CancellationToken cancellationToken) => Task.FromResult<bool?>(ConnectedSlaves.Contains(cuk));

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
        foreach (var stream in _slaves.Keys)
        {
            stream.Dispose();
            _slaves.TryRemove(stream, out _);
        }
    }

    /// <summary>Makes it unreachable, both on its ports and on its connections, which stay open: no packet is answered.</summary>
    public void CutOff()
    {
        _isCutOff = true;
        SetPacketFilter(drops: true);
    }

    /// <summary>Makes it reachable again.</summary>
    public void Reconnect()
    {
        _isCutOff = false;
        SetPacketFilter(drops: false);
    }

    internal void Start()
    {
        _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(Address, Port));
        _listener.Listen();
        _control = new(this, _cluster, _commands);
        _control.Start();
        _accepting = AcceptAsync(_listener, _stopping.Token);
    }

    /// <summary>Sets the slaves that its own configuration lists.</summary>
    internal void List(IReadOnlySet<string> cuks) => (_listed, LastRefresh) = (cuks, DateTimeOffset.UtcNow);

    internal async Task NotifyAsync(RingMember member)
    {
        // Cut off, it reaches no slave.
        foreach (var stream in _isOff || _isCutOff ? [] : _slaves.Keys)
        {
            await stream.WriteAsync(new RingUpdate([member]), _stopping.Token);
        }
    }

    /// <summary>Simulates a power failure: neither its ports nor its connections, which stay open, answer any packet.</summary>
    internal async Task PowerOffAsync()
    {
        _isOff = true;
        SetPacketFilter(drops: true);
        await EndServingAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested)
        {
            await EndServingAsync();
        }
        _listener?.Dispose();
        if (_control is { } open)
        {
            await open.DisposeAsync();
        }
        foreach (var stream in _slaves.Keys)
        {
            stream.Dispose();
        }
        _stopping.Dispose();
    }

    private async Task EndServingAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        await Task.WhenAll(_serving.Keys);
    }

    private void SetPacketFilter(bool drops)
    {
        PacketFilter.Set(_listener!, drops);
        _control!.SetPacketFilter(drops);
        foreach (var stream in _slaves.Keys)
        {
            stream.SetPacketFilter(drops);
        }
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(cancellationToken);
                Interlocked.Increment(ref _connections);
                var task = ServeAsync(socket, cancellationToken);
                _serving[task] = 0;
                _ = task.ContinueWith(done => _serving.TryRemove(done, out _), TaskScheduler.Default);
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
                _slaves[stream] = hello;
                if (_isOff || _isCutOff)
                {
                    stream.SetPacketFilter(drops: true);
                }
            }
            else
            {
                Asked = DateTimeOffset.UtcNow;
            }
            await stream.WriteAsync(new RingUpdate(_cluster.MembersSeenBy(this)), cancellationToken);
            while (await stream.ReadAsync<RingHello>(cancellationToken) is not null)
            {
                // What a slave sends are its programs' messages; the read ends when it disconnects.
            }
        }
        catch (OperationCanceledException)
        {
            // The node was stopped.
        }
        finally
        {
            if (!_isOff || !_slaves.ContainsKey(stream))
            {
                _slaves.TryRemove(stream, out _);
                stream.Dispose();
            }
        }
    }

    private bool Admits(RingHello hello) => _cluster.IsOurs(hello) && ((RefreshInterval is null ? null : _listed) ?? _cluster.Listed).Contains(hello.Cuk);
}
