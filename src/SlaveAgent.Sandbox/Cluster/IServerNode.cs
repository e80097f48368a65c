namespace SlaveAgent.Sandbox.Cluster;

/// <summary>A server node, stand-in or real.</summary>
public interface IServerNode
{
    string Name { get; }

    string Cuk { get; }

    /// <summary>Whether the server itself reports this slave as connected; null while it does not answer, as a real one for seconds when its ring changes.</summary>
    Task<bool?> HasSlaveAsync(string cuk, CancellationToken cancellationToken);
}
