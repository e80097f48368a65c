using SlaveAgent.K2hr3;

namespace SlaveAgent.Identity;

/// <summary>An identity that is whole: all that a registration needs.</summary>
/// <param name="Token">Null for a host that K2HR3 knows by its address.</param>
/// <param name="TokenStaysOffDisk">Whether the token is not to be written to any file.</param>
public sealed record HostIdentity(K2hr3Identity Who, RoleToken? Token, bool TokenStaysOffDisk)
{
    /// <summary>Whether the other one says the same, the token included.</summary>
    public bool Equals(HostIdentity? other) => other is not null && Who == other.Who && Token?.Value == other.Token?.Value;

    public override int GetHashCode() => HashCode.Combine(Who, Token?.Value);
}
