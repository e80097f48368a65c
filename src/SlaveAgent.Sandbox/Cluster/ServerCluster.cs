using System.Net;
using System.Security.Cryptography;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>
/// The server nodes of a cluster and their ring. Nodes register with K2HR3 as real ones do, and all of them learn from
/// K2HR3, some time later, which slaves to let in; while K2HR3 is away, both wait.
/// </summary>
public sealed class ServerCluster : IServerCluster
{
    private readonly K2hr3Service service;
    private readonly DbaasCluster cluster;
    private readonly TimeSpan refresh;
    private readonly Lock gate = new();
    private readonly List<ServerNode> servers = [];
    private readonly List<Action> waitingForK2hr3 = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly Task refreshing;
    private readonly string network;
    private HashSet<string> listedSlaves = [];
    private int nextNumber = 1;

    /// <param name="network">The first three numbers of the servers' addresses, all of them this machine's; a part of loopback unless given.</param>
    public ServerCluster(K2hr3Service service, DbaasCluster cluster, TimeSpan? refresh = null, string? network = null)
    {
        this.service = service;
        this.cluster = cluster;
        this.refresh = refresh ?? TimeSpan.FromSeconds(1);
        this.network = network ?? $"127.{RandomNumberGenerator.GetInt32(16, 250)}.{RandomNumberGenerator.GetInt32(1, 250)}";
        refreshing = RefreshAsync(stopping.Token);
    }

    public IReadOnlyList<ServerNode> Servers
    {
        get
        {
            lock (gate)
            {
                return [.. servers];
            }
        }
    }

    IReadOnlyList<IServerNode> IServerCluster.Servers => Servers;

    private bool CanReachK2hr3 => service.Outage.Mode is OutageMode.Healthy or OutageMode.Slow;

    /// <summary>
    /// A new node comes up. It joins the ring once K2HR3 lists it; with <paramref name="beforeK2hr3"/> at once, as seen by a
    /// slave whose K2HR3 lags behind.
    /// </summary>
    public async Task<ServerNode> AddAsync(bool beforeK2hr3 = false)
    {
        var node = StartNode();
        var host = new RegisteredHost($"{node.Address}", node.Cuk, node.Name, InboundIp: $"{node.Address}");
        if (beforeK2hr3)
        {
            await JoinAsync(node);
            return node;
        }
        await WhenK2hr3IsThereAsync(() => service.RegisterHost(cluster.ServerRole, host));
        await JoinAsync(node);
        return node;
    }

    /// <summary>A node is taken out: off K2HR3's list, then off the ring, then off.</summary>
    public async Task RemoveAsync(ServerNode node)
    {
        Leave(node);
        await WhenK2hr3IsThereAsync(() => service.RemoveHost(cluster.ServerRole, node.Cuk));
        await TellAsync();
        await node.DisposeAsync();
    }

    /// <summary>A node dies. K2HR3 goes on listing it until somebody forgets it.</summary>
    public async Task LoseAsync(ServerNode node)
    {
        Leave(node);
        await node.DisposeAsync();
        await TellAsync();
    }

    /// <summary>The operator gives a lost node up: K2HR3 lists it no more.</summary>
    public Task ForgetAsync(ServerNode node) =>
        WhenK2hr3IsThereAsync(() => service.RemoveHost(cluster.ServerRole, node.Cuk));

    /// <summary>Puts a node on K2HR3's list late, after <see cref="AddAsync"/> before K2HR3.</summary>
    public void Register(ServerNode node) =>
        service.RegisterHost(cluster.ServerRole, new($"{node.Address}", node.Cuk, node.Name, InboundIp: $"{node.Address}"));

    /// <summary>Restore from backup: a new set of nodes stands in for the old one, which is gone.</summary>
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
        await stopping.CancelAsync();
        await refreshing;
        foreach (var node in Servers)
        {
            await node.DisposeAsync();
        }
        stopping.Dispose();
    }

    private ServerNode StartNode()
    {
        lock (gate)
        {
            var number = nextNumber++;
            // 127.x.y.n: as many addresses as one likes, all of them this machine.
            var address = IPAddress.Parse($"{network}.{10 + number}");
            var node = new ServerNode($"{cluster.Name}-server-{number}.novalocal", $"{Guid.NewGuid()}", address,
                cluster.ServerPort, cluster.ServerControlPort, IsListed, Ring);
            node.Start();
            return node;
        }
    }

    private async Task JoinAsync(ServerNode node)
    {
        lock (gate)
        {
            servers.Add(node);
        }
        await TellAsync();
        node.Status = RingStatus.ServiceIn | RingStatus.Up;
        await TellAsync();
    }

    private void Leave(ServerNode node)
    {
        lock (gate)
        {
            servers.Remove(node);
        }
    }

    private async Task TellAsync()
    {
        foreach (var node in Servers)
        {
            await node.TellAsync();
        }
    }

    private List<RingMember> Ring()
    {
        lock (gate)
        {
            return [.. servers.Select((node, index) => node.Member((ulong)index))];
        }
    }

    private bool IsListed(RingHello hello)
    {
        lock (gate)
        {
            return hello.Group == cluster.Name && hello.ControlPort == cluster.SlaveControlPort && listedSlaves.Contains(hello.Cuk);
        }
    }

    private async Task WhenK2hr3IsThereAsync(Action action)
    {
        if (CanReachK2hr3)
        {
            action();
            return;
        }
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            waitingForK2hr3.Add(() =>
            {
                action();
                done.SetResult();
            });
        }
        await done.Task.WaitAsync(stopping.Token);
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(refresh);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (CanReachK2hr3)
                {
                    Refresh();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster is gone.
        }
    }

    private void Refresh()
    {
        List<Action> due;
        lock (gate)
        {
            due = [.. waitingForK2hr3];
            waitingForK2hr3.Clear();
            listedSlaves = [.. service.Hosts(cluster.SlaveRole).Select(host => host.Cuk).OfType<string>()];
        }
        due.ForEach(action => action());
    }
}
