using System.Collections.Immutable;
using SlaveAgent.Chmpx;

namespace SlaveAgent.Reconciling;

/// <summary>The last look at the ring, shared between the step that looks and those that need to know.</summary>
public sealed class RingMemory
{
    /// <summary>Null while chmpx does not answer.</summary>
    public RingView? View { get; private set; }

    /// <summary>The last judgement of the ring; null before the first.</summary>
    public RingVerdict? Verdict { get; set; }

    /// <summary>What chmpx takes only at its start and has not taken yet.</summary>
    public ImmutableArray<RestartNeed> RestartNeeds { get; set; } = [];

    /// <summary>What systemd last said of chmpx's unit; null while chmpx answers, or nobody asked.</summary>
    public UnitReport? Unit { get; set; }

    /// <summary>What a person should know of the resource that the configuration was made from.</summary>
    public ImmutableArray<IniProblem> ResourceWarnings { get; set; } = [];

    /// <summary>Takes note of a look; one that shows what the last one did leaves the same object, so that nobody need compare again.</summary>
    public void Note(RingView? view)
    {
        if (view is null || View is null || !view.SaysTheSame(View))
        {
            View = view;
        }
    }
}
