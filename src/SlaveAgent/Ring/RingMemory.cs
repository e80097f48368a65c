using System.Collections.Immutable;
using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;

namespace SlaveAgent.Ring;

/// <summary>What was last observed of the ring, shared between the controller that observes it and those that need to know.</summary>
public sealed class RingMemory
{
    /// <summary>A resource with thousands of wrong entries must not fill the journal, nor the status.</summary>
    public const int MostWarnings = 20;

    /// <summary>Null while chmpx does not answer.</summary>
    public RingView? View { get; private set; }

    /// <summary>chmpx's connections in the kernel's table.</summary>
    public SocketReport Sockets { get; private set; } = SocketReport.Empty;

    /// <summary>The last judgement of the ring; null before the first.</summary>
    public RingVerdict? Verdict { get; set; }

    /// <summary>The generation in place has lost connections that the one before had; null where it has not.</summary>
    public Regression? Regression { get; set; }

    /// <summary>What chmpx takes only at its start and has not taken yet.</summary>
    public ImmutableArray<RestartNeed> RestartNeeds { get; set; } = [];

    /// <summary>How often chmpx was started again in this boot.</summary>
    public ChmpxRestarts Restarts { get; set; }

    /// <summary>How full the ring is, by the last accepted resource; null before the first.</summary>
    public RingRoom? Room { get; set; }

    /// <summary>chmpx's unit as systemd last showed it; null while nobody asked.</summary>
    public UnitStatus? Unit { get; set; }

    /// <summary>Its last lines in the journal, while chmpx does not answer; null otherwise.</summary>
    public string? UnitLastLines { get; set; }

    /// <summary>What a person should know of the resource that the configuration was made from.</summary>
    public ImmutableArray<IniProblem> ResourceWarnings { get; set; } = [];

    /// <summary>What the role's resource was refused for when it was last read; empty where it was not refused.</summary>
    public ImmutableArray<IniProblem> ResourceProblems { get; set; } = [];

    /// <summary>Takes note of an observation; one that shows what the last one did leaves the same object, so that nobody need compare again.</summary>
    /// <param name="view">Its servers under the keys of the configuration in place (<see cref="ServerNodes.Named(RingView)"/>).</param>
    /// <param name="sockets">The kernel's table, if it was read.</param>
    public void Note(RingView? view, SocketReport? sockets = null)
    {
        Sockets = sockets ?? SocketReport.Empty;
        view = view?.WithHalfOpen(Sockets.Dead);
        if (view is null || View is null || !view.SaysTheSame(View))
        {
            View = view;
        }
    }
}
