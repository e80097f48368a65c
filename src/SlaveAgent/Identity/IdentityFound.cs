namespace SlaveAgent.Identity;

/// <summary>What of the nine files was put there by somebody else. Pure.</summary>
public static class IdentityFound
{
    /// <summary>
    /// Role, tenant, address and token that are neither those accepted nor those that were there before them. CUK and tag are the host's own and handed over
    /// by nobody: the agent puts them right.
    /// </summary>
    public static IdentityValues In(FileValues files, AcceptedIdentity accepted) => new()
    {
        ApiUri = Foreign(files.ApiUri, accepted.ApiUri.TrimEnd('/'), accepted.Replaces?.ApiUri),
        Role = Foreign(files.Role, accepted.Role, accepted.Replaces?.Role),
        Tenant = Foreign(files.Tenant, accepted.Tenant, accepted.Replaces?.Tenant),
        Token = files.Token is { } token && accepted.TokenDigest == IdentityValues.DigestOf(token) ? null : Foreign(files.Token, accepted.Token, accepted.Replaces?.Token),
    };

    /// <summary>Whether an offer says nothing that the identity does not.</summary>
    public static bool IsAllIn(IdentityValues offer, HostIdentity identity) =>
        Says(offer.ApiUri?.TrimEnd('/'), identity.Who.ApiUri.ToString().TrimEnd('/'))
        && Says(offer.Role, identity.Who.Role.ToString())
        && Says(offer.Tenant, identity.Who.Tenant)
        && Says(offer.Cuk, identity.Who.Cuk)
        && Says(offer.Tag, identity.Who.Tag)
        && Says(offer.Token, identity.Token?.Value);

    private static bool Says(string? offered, string? said) => offered is null || offered == said;

    private static string? Foreign(string? found, string? accepted, string? before) => found is null || found == accepted || found == before ? null : found;
}
