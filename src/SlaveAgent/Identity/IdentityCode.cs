namespace SlaveAgent.Identity;

/// <summary>The state of this host's identity; stable, for programs.</summary>
public enum IdentityCode
{
    /// <summary>K2HR3 accepted it, and no other is offered.</summary>
    Accepted,

    /// <summary>One is in force, and another is offered that K2HR3 has not accepted yet.</summary>
    Offered,

    /// <summary>One is in force, and another is offered that cannot be used.</summary>
    OfferUnusable,

    /// <summary>K2HR3 has not accepted any yet.</summary>
    First,

    /// <summary>The accepted one belongs to the machine whose disk was copied; this machine must register its own.</summary>
    Moved,

    /// <summary>The host has no name yet. Temporary.</summary>
    NoHostName,

    /// <summary>The accepted one belongs to another machine, and cloud-init has not provided this one's instance ID yet. Temporary.</summary>
    NoInstanceId,

    /// <summary>No source provides the role.</summary>
    NoRole,

    BadRole,

    /// <summary>No source provides K2HR3's address.</summary>
    NoApiUri,

    BadApiUri,

    /// <summary>There is no instance ID from cloud-init, and no CUK is configured.</summary>
    NoCuk,

    BadCuk,

    /// <summary>No source provides a role token.</summary>
    NoToken,
}
