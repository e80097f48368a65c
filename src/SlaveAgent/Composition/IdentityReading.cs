using SlaveAgent.Identity;

namespace SlaveAgent.Composition;

/// <summary>The decision on this host's identity with what it is based on.</summary>
/// <param name="Considered">Digest of what the settings say.</param>
/// <param name="Basis">The identity's files as they were.</param>
internal sealed record IdentityReading(IdentityDecision Decision, string Considered, Machine Machine, IdentityStamp Basis)
{
    /// <summary>What runs: the identity in force, or while there is none, the one that is to be registered.</summary>
    public HostIdentity? ToRun => Decision.InForce ?? Decision.Offered;
}
