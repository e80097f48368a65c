namespace SlaveAgent.Identity;

/// <summary>Finds values in the nine files that others wrote. Pure.</summary>
public static class IdentityFound
{
    /// <summary>
    /// Role, tenant, address and token that are neither the accepted ones nor those before them. CUK and tag are the host's own and never an offer:
    /// the agent corrects them.
    /// </summary>
    public static IdentityValues In(FileValues files, AcceptedIdentity accepted) => new()
    {
        ApiUri = Foreign(files.ApiUri, accepted.ApiUri.TrimEnd('/'), accepted.Replaces?.ApiUri),
        Role = Foreign(files.Role, accepted.Role, accepted.Replaces?.Role),
        Tenant = Foreign(files.Tenant, accepted.Tenant, accepted.Replaces?.Tenant),
        Token = files.Token is { } token && accepted.TokenDigest == IdentityValues.DigestOf(token) ? null : Foreign(files.Token, accepted.Token, accepted.Replaces?.Token),
    };

    private static string? Foreign(string? found, string? accepted, string? before) => found is null || found == accepted || found == before ? null : found;
}
