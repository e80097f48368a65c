using SlaveAgent.Chmpx;

namespace SlaveAgent.Ring;

/// <summary>What the last generation that is beyond question was connected to; a newer one is compared with it.</summary>
/// <param name="Process">The run of chmpx that had the connections.</param>
/// <param name="Servers">Empty while there is no connection.</param>
public sealed record ConnectedGeneration(int Generation, ChmpxProcess Process, IReadOnlyList<ConnectedServer> Servers)
{
    /// <summary>That a newer generation has lost some of them; null where none has.</summary>
    public Regression? Regression { get; init; }

    /// <summary>Lists compare by reference, so the record's own equality does not tell.</summary>
    public bool SaysTheSame(ConnectedGeneration other) => Generation == other.Generation && Process == other.Process && Servers.SequenceEqual(other.Servers)
        && (Regression is null ? other.Regression is null : Regression.SaysTheSame(other.Regression));
}
