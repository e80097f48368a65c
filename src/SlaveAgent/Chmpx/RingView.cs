using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>What the local chmpx says of itself and of the ring, from its control port's DUMP.</summary>
/// <param name="Revision"><c>cfg_revision</c>: the FILEVERSION it has loaded.</param>
public sealed record RingView(int Revision, ImmutableArray<RingServer> Servers)
{
    /// <summary>The process that answered.</summary>
    public ChmpxProcess Process { get; init; }

    /// <summary>GROUP as it is in force; empty when the answer did not tell.</summary>
    public string Group { get; init; } = string.Empty;

    /// <summary>CHMPXIDTYPE as it is in force, as <see cref="IniDocument.IdType"/> has it; empty when the answer did not tell.</summary>
    public string IdType { get; init; } = string.Empty;

    /// <summary>DELIVERMODE as it is in force; null when the answer did not tell.</summary>
    public bool? IsRandomDeliver { get; init; }

    /// <summary>SELFCUK as it is in force; empty when the answer did not tell.</summary>
    public string SelfCuk { get; init; } = string.Empty;

    /// <summary>What is loaded of this host's own node; null when the answer did not tell.</summary>
    public LoadedNode? Self { get; init; }

    /// <summary>Whether a program has the cluster open (<c>client_pids</c>); null when the answer did not tell.</summary>
    public bool? HasPrograms { get; init; }

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

    /// <summary>The same with connections that the kernel knows to be half-open.</summary>
    public RingView WithHalfOpen(IReadOnlySet<NodeKey> dead) => dead.Count == 0
        ? this
        : this with { Servers = [.. Servers.Select(server => server.IsConnected && dead.Contains(server.Key) ? server with { IsConnected = false, IsHalfOpen = true } : server)] };

    /// <summary>Whether both say the same; arrays compare by reference, so the record's own equality does not tell.</summary>
    public bool SaysTheSame(RingView other) =>
        this with { Servers = other.Servers } == other && Servers.AsSpan().SequenceEqual(other.Servers.AsSpan());
}
