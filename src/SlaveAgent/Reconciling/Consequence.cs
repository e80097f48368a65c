namespace SlaveAgent.Reconciling;

/// <summary>What a failure means for the next try.</summary>
public enum Consequence
{
    /// <summary>It may be gone the next time: try again with growing delays.</summary>
    TryAgain,

    /// <summary>K2HR3 cannot be asked now: no controller asks it before the delay is over.</summary>
    K2hr3Away,

    /// <summary>Trying again alone will not help; it is tried again all the same, at the longest delay.</summary>
    NeedsPerson,
}
