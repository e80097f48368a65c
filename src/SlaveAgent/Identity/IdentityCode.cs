namespace SlaveAgent.Identity;

/// <summary>Where this host stands with its identity; stable, for programs.</summary>
public enum IdentityCode
{
    /// <summary>K2HR3 accepted it, and nobody offers another.</summary>
    Accepted,

    /// <summary>One is in force, and another is offered that K2HR3 has not accepted yet.</summary>
    Offered,

    /// <summary>One is in force, and what is offered is of no use.</summary>
    OfferUnusable,

    /// <summary>K2HR3 accepted none yet.</summary>
    First,

    /// <summary>The accepted one is another machine's, whose disk this is a copy of; this machine's own is to be registered.</summary>
    Moved,

    /// <summary>The host has no name yet. It comes by itself.</summary>
    NoHostName,

    /// <summary>The accepted one is another machine's, and cloud-init has brought no instance id for this one yet. It comes by itself.</summary>
    NoInstanceId,

    /// <summary>No source says which role.</summary>
    NoRole,

    BadRole,

    /// <summary>No source says where K2HR3 is.</summary>
    NoApiUri,

    BadApiUri,

    /// <summary>cloud-init has left no instance id, and nobody gives a CUK.</summary>
    NoCuk,

    BadCuk,

    /// <summary>No place has a role token.</summary>
    NoToken,
}
