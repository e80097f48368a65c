namespace SlaveAgent.Sandbox.Cluster;

/// <summary>A changing set of server nodes: stand-ins, or real ones with chmpx and k2hdkc each.</summary>
public interface IServerCluster : IAsyncDisposable
{
    IReadOnlyList<IServerNode> Servers { get; }

    /// <summary>Starts new nodes, which register with K2HR3; completes when they are in the ring.</summary>
    Task AddAsync(int count);

    /// <summary>Removes a node cleanly.</summary>
    Task RemoveAsync(IServerNode node);

    /// <summary>A node fails, while K2HR3 still lists it.</summary>
    Task LoseAsync(IServerNode node);

    /// <summary>K2HR3 no longer lists a failed node.</summary>
    Task ForgetAsync(IServerNode node);

    /// <summary>Replaces all nodes by <paramref name="count"/> new ones.</summary>
    Task RestoreAsync(int count);
}
