using System.Net;
using System.Security.Cryptography;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>
/// The server nodes of a cluster and their ring. Nodes register with K2HR3 as real ones do, and each of them learns from
/// K2HR3, some time later, which slaves to admit; while K2HR3 is down, both wait. Unless a node has a refresh interval of its own
/// (<see cref="ServerNode.RefreshInterval"/>), all learn it at the same moment, which is more favourable than reality.
/// </summary>
public sealed class ServerCluster : IServerCluster
{
    private const int Addresses = 240;

    private readonly K2hr3Service _service;
    private readonly DbaasCluster _cluster;
    private readonly TimeSpan _refresh;
    private readonly Lock _gate = new();
    private readonly List<ServerNode> _servers = [];
    private readonly List<ServerNode> _ring = [];
    private readonly List<ServerNode> _gone = [];
    private readonly List<Action> _waitingForK2hr3 = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _refreshing;
    private readonly string _network;
    private volatile IReadOnlySet<string> _listed = new HashSet<string>();
    private DateTimeOffset _lastRefresh;
    private readonly HashSet<IPAddress> _addresses = [];
    private int _nextNumber = 1;
    private int _nextAddress;

    /// <param name="network">The first three octets of the servers' addresses, all of them this machine's (default: a part of loopback).</param>
    public ServerCluster(K2hr3Service service, DbaasCluster cluster, TimeSpan? refresh = null, string? network = null)
    {
        _service = service;
        _cluster = cluster;
        _refresh = refresh ?? TimeSpan.FromSeconds(1);
        _network = network ?? $"127.{RandomNumberGenerator.GetInt32(16, 250)}.{RandomNumberGenerator.GetInt32(1, 250)}";
        _refreshing = RefreshAsync(_stopping.Token);
    }

    public IReadOnlyList<ServerNode> Servers
    {
        get
        {
            lock (_gate)
            {
                return [.. _servers];
            }
        }
    }

    IReadOnlyList<IServerNode> IServerCluster.Servers => Servers;

    /// <summary>Nodes that left or failed.</summary>
    public IReadOnlyList<ServerNode> Gone
    {
        get
        {
            lock (_gate)
            {
                return [.. _gone];
            }
        }
    }

    /// <summary>All members of the ring, including those that are down and not removed yet.</summary>
    internal IReadOnlyList<RingMember> MembersSeenBy(ServerNode node)
    {
        lock (_gate)
        {
            return [.. _ring.Select(member => member == node && node.Asked > node.Updated ? node.Member with { Updated = node.Asked } : member.Member)];
        }
    }

    /// <summary>
    /// Starts a new node. It joins the ring once K2HR3 lists it, or immediately with <paramref name="beforeK2hr3"/>, as seen by a
    /// slave whose K2HR3 lags behind. Its own configuration follows K2HR3 every <paramref name="refresh"/> (default: with the others').
    /// </summary>
    public async Task<ServerNode> AddAsync(bool beforeK2hr3 = false, TimeSpan? refresh = null)
    {
        var node = StartNode(refresh);
        var host = new RegisteredHost($"{node.Address}", node.Cuk, node.Name, InboundIp: $"{node.Address}");
        if (beforeK2hr3)
        {
            await JoinAsync(node);
            return node;
        }
        await WhenK2hr3IsUpAsync(() => _service.RegisterHost(_cluster.ServerRole, host));
        await JoinAsync(node);
        return node;
    }

    /// <summary>Removes a node: from K2HR3's list, then from service, unless it is out of service already, then stops it.</summary>
    public async Task RemoveAsync(ServerNode node)
    {
        Leave(node);
        await WhenK2hr3IsUpAsync(() => _service.RemoveHost(_cluster.ServerRole, node.Cuk));
        if (node.Status.HasFlag(RingStatus.ServiceIn))
        {
            await SetStatusAsync(node, RingStatus.ServiceOut | RingStatus.Up);
        }
        await node.DisposeAsync();
        DropFromRing(node);
    }

    /// <summary>A node fails. K2HR3 lists it until <see cref="ForgetAsync"/>.</summary>
    public async Task LoseAsync(ServerNode node)
    {
        Leave(node);
        await node.DisposeAsync();
        await SetStatusAsync(node, RingStatus.ServiceOut);
    }

    /// <summary>
    /// A node loses power, without FIN or RST: connections to it stay open and acknowledge nothing, its ports do not answer, and the
    /// ring has not noticed. K2HR3 lists it until <see cref="ForgetAsync"/>.
    /// </summary>
    public async Task PowerOffAsync(ServerNode node)
    {
        Leave(node);
        await node.PowerOffAsync();
    }

    /// <summary>A node that lost power is noticed: connections to it end, and the ring has it down.</summary>
    public async Task NoticeAsync(ServerNode node)
    {
        node.Disconnect();
        await SetStatusAsync(node, RingStatus.ServiceOut);
    }

    /// <summary>The operator removes a failed node: neither K2HR3 nor the servers list it any longer.</summary>
    public async Task ForgetAsync(ServerNode node)
    {
        await WhenK2hr3IsUpAsync(() => _service.RemoveHost(_cluster.ServerRole, node.Cuk));
        DropFromRing(node);
    }

    /// <summary>Puts a node on K2HR3's list late, after <see cref="AddAsync"/> before K2HR3.</summary>
    public void Register(ServerNode node) =>
        _service.RegisterHost(_cluster.ServerRole, new($"{node.Address}", node.Cuk, node.Name, InboundIp: $"{node.Address}"));

    /// <summary>The node's own configuration follows K2HR3 now: it admits the slaves that K2HR3 lists at this moment.</summary>
    public void Refresh(ServerNode node) => node.List(ListedSlaves());

    /// <summary>A server's status changes, and all servers notify their slaves.</summary>
    public async Task SetStatusAsync(ServerNode node, RingStatus status)
    {
        await AvoidEndOfSecondAsync();
        (node.Status, node.Updated) = (status, DateTimeOffset.UtcNow);
        await NotifyAsync(node);
    }

    /// <summary>Restore from backup: a new set of nodes replaces the old one.</summary>
    public async Task RestoreAsync(int count)
    {
        foreach (var node in Servers)
        {
            await LoseAsync(node);
            await ForgetAsync(node);
        }
        for (var index = 0; index < count; index++)
        {
            await AddAsync();
        }
    }

    Task IServerCluster.AddAsync(int count) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => AddAsync()));

    Task IServerCluster.RemoveAsync(IServerNode node) => RemoveAsync((ServerNode)node);

    Task IServerCluster.LoseAsync(IServerNode node) => LoseAsync((ServerNode)node);

    Task IServerCluster.ForgetAsync(IServerNode node) => ForgetAsync((ServerNode)node);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _refreshing;
        foreach (var node in (ServerNode[])[.. Servers, .. _gone])
        {
            await node.DisposeAsync();
        }
        _stopping.Dispose();
    }

    /// <summary>The slaves that the configuration of all nodes without an interval of their own lists: one set, so that they change together.</summary>
    internal IReadOnlySet<string> Listed => _listed;

    /// <summary>Whether a slave's first line is for this cluster; each server decides whether to admit it.</summary>
    internal bool IsOurs(RingHello hello) => hello.Group == _cluster.Name && hello.ControlPort == _cluster.SlaveControlPort;

    /// <summary>What a server's control port prints.</summary>
    internal SharedMemory Show(ServerNode node)
    {
        var next = 0UL;
        var members = MembersSeenBy(node).Select(member => new NodeStatus(
            member.Node, member.Status, member.Status.HasFlag(RingStatus.ServiceIn) ? next++ : NodeStatus.NoHash, member.Updated)).ToList();
        return new(
            _cluster.Name, "CUSTOM", IsRandom: false, Revision: 1, Date: node.Started.ToUnixTimeSeconds(), IsServer: true,
            members.FirstOrDefault(member => member.Node.Cuk == node.Cuk) ?? new(node.Member.Node, node.Status, NodeStatus.NoHash, node.Updated),
            members, MessageQueues.Default, node.Started, Environment.ProcessId, "/var/lib/antpickax", node.ConnectedSlaves.Count, HasClients: true);
    }

    /// <summary>
    /// UPDATESTATUS: the node sends the ring its status with the current time, and each server that forwards it sets its own time on
    /// all servers. Without another server nothing is sent.
    /// </summary>
    internal async Task<string> UpdateStatusAsync(ServerNode node)
    {
        lock (_gate)
        {
            if (!_ring.Exists(other => other != node && other.Status.HasFlag(RingStatus.Up)))
            {
                return "SUCCEED: There no server on RING.\n";
            }
        }
        await AvoidEndOfSecondAsync();
        lock (_gate)
        {
            _ring.ForEach(server => server.Updated = DateTimeOffset.UtcNow);
        }
        await NotifyAsync(node);
        return "SUCCEED\n";
    }

    private ServerNode StartNode(TimeSpan? refresh)
    {
        lock (_gate)
        {
            var number = _nextNumber++;
            var node = new ServerNode(this, $"{_cluster.Name}-server-{number}.novalocal", $"{Guid.NewGuid()}", FreeAddress(), _cluster.ServerPort, _cluster.ServerControlPort)
            {
                RefreshInterval = refresh,
            };
            node.List(ListedSlaves());
            node.Start();
            return node;
        }
    }

    // 127.x.y.n: all of them this machine.
    private IPAddress FreeAddress()
    {
        var listed = _service.Hosts(_cluster.ServerRole).Select(host => host.Address).ToHashSet();
        for (var attempt = 0; attempt < Addresses; attempt++)
        {
            var address = IPAddress.Parse($"{_network}.{11 + (_nextAddress++ % Addresses)}");
            // That of a failed node is in use until it is removed, that of one without power for good: its ports stay open.
            if (!listed.Contains($"{address}") && !_gone.Exists(node => node.IsOff && node.Address.Equals(address)) && _addresses.Add(address))
            {
                return address;
            }
        }
        throw new InvalidOperationException($"All {Addresses} addresses of {_network}.0/24 that servers can have are in use.");
    }

    private async Task JoinAsync(ServerNode node)
    {
        lock (_gate)
        {
            _servers.Add(node);
            _ring.Add(node);
        }
        await SetStatusAsync(node, RingStatus.ServiceOut | RingStatus.Up);
        await SetStatusAsync(node, RingStatus.ServiceIn | RingStatus.Up);
    }

    private void Leave(ServerNode node)
    {
        lock (_gate)
        {
            _servers.Remove(node);
            _gone.Add(node);
            _addresses.Remove(node.Address);
        }
    }

    private void DropFromRing(ServerNode node)
    {
        lock (_gate)
        {
            _ring.Remove(node);
        }
    }

    private async Task NotifyAsync(ServerNode about)
    {
        foreach (var node in Servers)
        {
            await node.NotifyAsync(about.Member);
        }
    }

    // A slave compares times in whole seconds with its own, so a status that is sent as a second ends may be too old when it arrives.
    private static Task AvoidEndOfSecondAsync() => DateTimeOffset.UtcNow.Millisecond is > 950 and var late ? Task.Delay(1000 - late) : Task.CompletedTask;

    private async Task WhenK2hr3IsUpAsync(Action action)
    {
        if (_service.Outage.Answers)
        {
            action();
            return;
        }
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waitingForK2hr3.Add(() =>
            {
                action();
                done.SetResult();
            });
        }
        await done.Task.WaitAsync(_stopping.Token);
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(Math.Min(100, _refresh.TotalMilliseconds)));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (_service.Outage.Answers)
                {
                    RefreshDue(DateTimeOffset.UtcNow);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster was disposed.
        }
    }

    private void RefreshDue(DateTimeOffset now)
    {
        List<Action> due;
        lock (_gate)
        {
            due = [.. _waitingForK2hr3];
            _waitingForK2hr3.Clear();
            if (now - _lastRefresh >= _refresh)
            {
                (_listed, _lastRefresh) = (ListedSlaves(), now);
            }
            foreach (var node in _servers.Where(node => node.RefreshInterval is { } own && own != Timeout.InfiniteTimeSpan && now - node.LastRefresh >= own))
            {
                Refresh(node);
            }
            // Down, and no longer listed by K2HR3: the servers remove it as well.
            var hosts = _service.Hosts(_cluster.ServerRole).Select(host => host.Cuk).ToHashSet();
            _ring.RemoveAll(node => !_servers.Contains(node) && !node.Status.HasFlag(RingStatus.Up) && !hosts.Contains(node.Cuk));
        }
        due.ForEach(action => action());
    }

    private HashSet<string> ListedSlaves() => [.. _service.Hosts(_cluster.SlaveRole).Select(host => host.Cuk).OfType<string>()];
}
