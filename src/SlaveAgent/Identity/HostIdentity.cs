using SlaveAgent.K2hr3;

namespace SlaveAgent.Identity;

/// <summary>A complete identity, with everything that a registration needs.</summary>
/// <param name="Token">Null for a host that K2HR3 identifies by its address.</param>
/// <param name="TokenStaysOffDisk">Whether the token must not be written to any file.</param>
public sealed record HostIdentity(K2hr3Identity Who, RoleToken? Token, bool TokenStaysOffDisk)
{
    /// <summary>Equality includes the token.</summary>
    public bool Equals(HostIdentity? other) => other is not null && Who == other.Who && Token?.Value == other.Token?.Value;

    public override int GetHashCode() => HashCode.Combine(Who, Token?.Value);
}
