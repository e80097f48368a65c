using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>What the local chmpx says of itself and of the ring, from its control port's DUMP.</summary>
/// <param name="Revision"><c>cfg_revision</c>: the FILEVERSION it has loaded.</param>
public sealed record RingView(int Revision, ImmutableArray<RingServer> Servers)
{
    public RingServer? Find(NodeKey key) => Servers.FirstOrDefault(s => s.Key == key);

    /// <summary>For looking up many; of two with one key the first counts, as for <see cref="Find"/>.</summary>
    public Dictionary<NodeKey, RingServer> ByKey()
    {
        var servers = new Dictionary<NodeKey, RingServer>(Servers.Length);
        foreach (var server in Servers)
        {
            servers.TryAdd(server.Key, server);
        }

        return servers;
    }
}
