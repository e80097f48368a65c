namespace SlaveAgent.Roles;

/// <summary>How far a claim of K2HR3's is to be relied on.</summary>
public enum EvidenceStage
{
    /// <summary>Nothing of the kind is said.</summary>
    None,

    /// <summary>Said by too few answers to act on it in any way.</summary>
    TooFew,

    /// <summary>Said by enough answers, not yet for long enough: what can be taken back may be done.</summary>
    Unconfirmed,

    /// <summary>Said by enough answers and for long enough.</summary>
    Confirmed,
}
