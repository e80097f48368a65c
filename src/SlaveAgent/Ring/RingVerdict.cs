using System.Collections.Immutable;
using SlaveAgent.Chmpx;

namespace SlaveAgent.Ring;

/// <summary>What the ring is like, and what is to be done about it.</summary>
/// <param name="Message">For a person.</param>
/// <param name="Disagreement">In what the ring and the configuration differ, so that K2HR3 is to be asked; null when they agree.</param>
public sealed record RingVerdict(RingState State, string Message, RingAction Action = RingAction.None, string? Disagreement = null)
{
    /// <summary>Whatever else is wrong: what of the listed servers chmpx holds connections to.</summary>
    public RingCoverage Coverage { get; init; }

    /// <summary>Of <see cref="RingAction.Restart"/>.</summary>
    public RestartCause Cause { get; init; }

    /// <summary>chmpx has to be restarted, and is not the agent's to restart.</summary>
    public bool NeedsExternalRestart { get; init; }

    /// <summary>chmpx would be restarted if that had not been done a short while ago.</summary>
    public bool IsRestartPaused { get; init; }

    /// <summary>A listed server's connection is half-open, beside one that is not.</summary>
    public bool HasHalfOpen { get; init; }

    /// <summary>Servers that are gone for good still show in chmpx.</summary>
    public bool HasLingering { get; init; }

    /// <summary>Listed servers that are up and not connected, by name.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>The same, as keys.</summary>
    public ImmutableArray<NodeKey> MissingKeys { get; init; } = [];

    /// <summary>Of a partial connection: it lasts so long that restarts become rare.</summary>
    public bool IsRepairLate { get; init; }

    /// <summary>What was waited for did not come within the deadline; the host goes on without it.</summary>
    public bool IsDeadlineOver { get; init; }
}
