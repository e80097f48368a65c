namespace SlaveAgent.Sandbox.Cluster;

/// <summary>Server nodes that come and go: stand-ins, or real ones with chmpx and k2hdkc each.</summary>
public interface IServerCluster : IAsyncDisposable
{
    IReadOnlyList<IServerNode> Servers { get; }

    /// <summary>New nodes come up and register with K2HR3; ends when they are in the ring.</summary>
    Task AddAsync(int count);

    /// <summary>A node is taken out in good order.</summary>
    Task RemoveAsync(IServerNode node);

    /// <summary>A node dies, while K2HR3 goes on listing it.</summary>
    Task LoseAsync(IServerNode node);

    /// <summary>K2HR3 lists a lost node no more.</summary>
    Task ForgetAsync(IServerNode node);

    /// <summary>Other nodes, so many, in place of all there were.</summary>
    Task RestoreAsync(int count);
}
