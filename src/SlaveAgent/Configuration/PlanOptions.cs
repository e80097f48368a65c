using System.Collections.Immutable;
using SlaveAgent.Chmpx;

namespace SlaveAgent.Configuration;

/// <summary>What of this host and its settings a configuration depends on.</summary>
/// <param name="KeepsOtherSlaves">Whether the entries of other slaves are written too; chmpx uses them for nothing but who may ask its control port.</param>
/// <param name="Addresses">This host's addresses, to tell apart two entries of its own; empty when they are not known.</param>
public sealed record PlanOptions(bool KeepsOtherSlaves, ImmutableHashSet<string> Addresses)
{
    /// <summary>The servers that chmpx shows, with whether each is up; of two entries with one name and port the one that the ring shows is taken.</summary>
    public ImmutableDictionary<NodeKey, bool> Ring { get; init; } = ImmutableDictionary<NodeKey, bool>.Empty;

    /// <summary>Whether both lead to the same configuration; sets compare by reference, so the record's own equality does not tell.</summary>
    public bool SaysTheSame(PlanOptions other) => KeepsOtherSlaves == other.KeepsOtherSlaves && Addresses.SetEquals(other.Addresses)
        && Ring.Count == other.Ring.Count && Ring.All(server => other.Ring.TryGetValue(server.Key, out var isUp) && isUp == server.Value);

    public static PlanOptions Default { get; } = new(false, []);
}
