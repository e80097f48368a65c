using SlaveAgent.Chmpx;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;

namespace SlaveAgent.Connection;

/// <summary>
/// What the repair of the connection has to know of this boot's past, kept in /run so that an agent which is restarted goes on as if it had not been.
/// Times are timestamps of the monotonic clock, which counts from the boot for all processes.
/// </summary>
public sealed record ConnectionMemory
{
    /// <summary>When a listed server was first connected in this boot; null before that.</summary>
    public long? FirstConnectedAt { get; init; }

    /// <summary>When the connection became partial; null while it is complete, or never was anything.</summary>
    public long? PartialSince { get; init; }

    /// <summary>When the ready target was first reached in this boot.</summary>
    public long? ReadyAt { get; init; }

    /// <summary>The run of chmpx that <see cref="WasConnected"/>, <see cref="ControlPort"/> and <see cref="Sizes"/> are about.</summary>
    public ChmpxProcess Process { get; init; }

    /// <summary>Whether this run of chmpx was ever connected to a server.</summary>
    public bool WasConnected { get; init; }

    /// <summary>Where this run of chmpx answers; 0 while it never did.</summary>
    public int ControlPort { get; init; }

    /// <summary>
    /// The sizes that this run of chmpx started with, by key; null when they are not known. A reload shows the new ones although they are not in force, so
    /// that chmpx cannot be asked.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Sizes { get; init; }

    /// <summary>What the last generation was connected to; null before the first.</summary>
    public ConnectedGeneration? Connected { get; init; }

    public RestartRecord? Configuration { get; init; }

    public RestartRecord? Partial { get; init; }

    public RestartRecord? Stranded { get; init; }

    /// <summary>A restart of chmpx that was requested and not observed yet; null when there is none.</summary>
    public PendingRestart? Pending { get; init; }

    /// <summary>The restarts of chmpx that were observed, counted for the metrics.</summary>
    public ChmpxRestarts Restarts { get; init; }

    /// <summary>What the last restart for the configuration was to put into force.</summary>
    public IReadOnlyList<RestartNeed> RestartedFor { get; init; } = [];

    /// <summary>Differences that a restart did not take away; they are reported and nothing more is restarted for them.</summary>
    public IReadOnlyList<RestartNeed> Ineffective { get; init; } = [];

    public RestartRecord? Of(RestartCause cause) => cause switch
    {
        RestartCause.Partial => Partial,
        RestartCause.Stranded => Stranded,
        _ => Configuration,
    };

    public ConnectionMemory With(RestartCause cause, RestartRecord? record) => cause switch
    {
        RestartCause.Partial => this with { Partial = record },
        RestartCause.Stranded => this with { Stranded = record },
        _ => this with { Configuration = record },
    };

    /// <returns>What was kept; empty when nothing was, or what was kept is of another boot.</returns>
    public static ConnectionMemory Load(HostRoot root, long now) =>
        StateFile.TryLoad(root.Agent.ConnectionMemory, ConnectionJson.Default.ConnectionMemory) is { } kept && kept.IsOfThisBoot(now) && kept.Connected is null or { Servers: not null, Regression: null or { Lost: not null } } ? kept : new ConnectionMemory();

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(HostRoot root) => StateFile.Save(root.Agent.ConnectionMemory, this, ConnectionJson.Default.ConnectionMemory);

    // /run is empty after a boot, but not in every container that is started again.
    private bool IsOfThisBoot(long now) =>
        new[] { FirstConnectedAt, PartialSince, ReadyAt, Configuration?.LastAt, Partial?.LastAt, Stranded?.LastAt, Pending?.At }.All(time => time is null || time <= now);
}
