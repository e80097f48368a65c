using SlaveAgent.Chmpx;

namespace SlaveAgent.Reconciling;

/// <summary>The last look at the ring, shared between the step that looks and those that need to know.</summary>
public sealed class RingMemory
{
    /// <summary>Null while chmpx does not answer.</summary>
    public RingView? View { get; set; }
}
