using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>Real server nodes.</summary>
internal sealed class RealCluster(K2hr3Service service, DbaasCluster names, string directory) : IServerCluster
{
    public IReadOnlyList<IServerNode> Servers => throw new NotSupportedException($"{service}{names}{directory}");

    public static DbaasCluster Names(string name) => new("demo", name);

    public static string? WhyNot() => "--real is not there yet.";

    public Task<IServerNode> AddAsync() => throw new NotSupportedException();

    public Task RemoveAsync(IServerNode node) => throw new NotSupportedException();

    public Task LoseAsync(IServerNode node) => throw new NotSupportedException();

    public Task ForgetAsync(IServerNode node) => throw new NotSupportedException();

    public Task RestoreAsync(int count) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
