using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>What a chmpx answers to ALLSTATUS.</summary>
/// <param name="RingName">The GROUP.</param>
public sealed record RingStatusReport(string RingName, ImmutableArray<ReportedServer> Servers)
{
    /// <summary>Null also when several have this key.</summary>
    public ReportedServer? FindOnly(NodeKey key) => Servers.Where(server => server.Key == key).Take(2).ToArray() is [var only] ? only : null;

    /// <summary>The newest of all servers' times; null when none has one.</summary>
    public DateTimeOffset? NewestUpdate => Servers.Max(server => server.LastUpdate);
}
