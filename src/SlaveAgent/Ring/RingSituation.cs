using System.Collections.Immutable;
using SlaveAgent.Chmpx;
using SlaveAgent.Settings;

namespace SlaveAgent.Ring;

/// <summary>All that a judgement of the ring is based on, as values.</summary>
/// <param name="Ini">The configuration in place.</param>
/// <param name="View">What chmpx shows; null while it does not answer.</param>
/// <param name="SinceChange">Since the file last changed.</param>
/// <param name="Settings">The limits.</param>
public sealed record RingSituation(IniDocument Ini, RingView? View, TimeSpan SinceChange, ChmpxSettings Settings)
{
    /// <summary>chmpx is somebody else's process: it is observed, and never restarted.</summary>
    public bool IsChmpxUnmanaged { get; init; }

    /// <summary>Since chmpx last answered, was restarted, or was first polled, whichever is latest.</summary>
    public TimeSpan SinceQuiet { get; init; }

    /// <summary>New numbers given since the content last changed or all was well.</summary>
    public int Stamps { get; init; }

    /// <summary>What a reload cannot put into force.</summary>
    public ImmutableArray<RestartNeed> RestartNeeds { get; init; } = [];

    /// <summary>What chmpx would end on at its next start, although it runs; null where there is nothing, or no restart is at hand.</summary>
    public IniProblem? StartProblem { get; init; }

    /// <summary>The old file had a hard link and could not be exchanged: chmpx watches an inode that no rename touches any more.</summary>
    public bool IsFileUnwatched { get; init; }

    /// <summary>Restarts because chmpx did not answer, load, or needed a start.</summary>
    public RepairHistory Configuration { get; init; } = RepairHistory.None;

    public RepairHistory Partial { get; init; } = RepairHistory.None;

    public RepairHistory Stranded { get; init; } = RepairHistory.None;

    /// <summary>Since the same listed servers are without a connection.</summary>
    public TimeSpan SinceMissing { get; init; }

    /// <summary>Since this boot's first connection to a listed server; null before it.</summary>
    public TimeSpan? SinceFirstConnection { get; init; }

    /// <summary>Since the connection became partial without having been complete in between, whatever was restarted meanwhile; zero while it is not.</summary>
    public TimeSpan SincePartial { get; init; }

    /// <summary>Whether this run of chmpx was ever connected to a server.</summary>
    public bool WasConnected { get; init; }

    /// <summary>Whether the ready target was reached in this boot: programs may have been started since.</summary>
    public bool WasReady { get; init; }

    /// <summary>Since the last program let go of the cluster, or since chmpx was first polled; zero while one has it open or that is not known.</summary>
    public TimeSpan SincePrograms { get; init; }

    /// <summary>Active units that require chmpx's or are bound to it; null while that is not known.</summary>
    public int? ActiveDependents { get; init; }

    /// <summary>What a connected server last said about the servers that are missing now; null while there is no such answer.</summary>
    public PeerReport? Peer { get; init; }

    /// <summary>Age of <see cref="Peer"/>.</summary>
    public TimeSpan SincePeer { get; init; }

    /// <summary>Questions to servers about the servers that are missing now, and how many of them had no answer.</summary>
    public int PeerQuestions { get; init; }

    public int PeerFailures { get; init; }

    /// <summary>Since the last question.</summary>
    public TimeSpan SinceQuestion { get; init; } = TimeSpan.MaxValue;

    /// <summary>Since no listed server has a connection on which anything is acknowledged; zero while one has.</summary>
    public TimeSpan SinceLost { get; init; }

    /// <summary>A connection was half-open since then: it was a silence, and no end.</summary>
    public bool WasSilent { get; init; }

    /// <summary>Since listed servers' ports accept connections, by each try without an exception; null while they do not, or were not tried since the connections were lost.</summary>
    public TimeSpan? SinceReachable { get; init; }

    /// <summary>The servers with a half-open connection that have accepted others for <see cref="RepairPause.SilentIsUp"/>, by each try of theirs.</summary>
    public ImmutableHashSet<NodeKey> Accepting { get; init; } = [];

    /// <summary>The server with a half-open connection that is to be tried next; null where there is none.</summary>
    public NodeKey? NextSilent { get; init; }

    /// <summary>Since the last such try began.</summary>
    public TimeSpan SinceSilentProbe { get; init; } = TimeSpan.MaxValue;

    /// <summary>Since the last try began.</summary>
    public TimeSpan SinceProbe { get; init; } = TimeSpan.MaxValue;

    /// <summary>What the last try showed; null while there was none since the same servers are missing and chmpx was restarted.</summary>
    public ProbeReport? Probe { get; init; }

    /// <summary>chmpx's connections in the kernel's table.</summary>
    public SocketReport Sockets { get; init; } = SocketReport.Empty;

    /// <summary>How many slaves the resource lists.</summary>
    public int Slaves { get; init; } = 1;

    /// <summary>From 0 up to, not including, 1; drawn again for each pause.</summary>
    public double Jitter { get; init; }
}
