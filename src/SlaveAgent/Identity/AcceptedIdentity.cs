using SlaveAgent.K2hr3;

namespace SlaveAgent.Identity;

/// <summary>The identity that K2HR3 accepted last, as it is kept.</summary>
/// <param name="Token">Null where it stays off the disk, or none is needed.</param>
/// <param name="TokenDigest">Of the token, also of one that stays off the disk; null where none is needed.</param>
/// <param name="Considered">Digest of what the settings said then: what they still say is not new, and does not undo what was accepted after it.</param>
/// <param name="Replaces">What the identity files held before, until they were seen to hold this: what is left of it in them was offered by nobody.</param>
public sealed record AcceptedIdentity(
    string ApiUri,
    string Role,
    string Tenant,
    string Cuk,
    string Tag,
    string? InboundAddress,
    string? OutboundAddress,
    bool ByAddress,
    string? Token,
    string? TokenDigest,
    string? Considered,
    FileValues? Replaces)
{
    public static AcceptedIdentity Of(HostIdentity identity, string? considered, FileValues? replaces) => new(
        identity.Who.ApiUri.ToString(),
        identity.Who.Role.ToString(),
        identity.Who.Tenant,
        identity.Who.Cuk,
        identity.Who.Tag,
        identity.Who.InboundAddress,
        identity.Who.OutboundAddress,
        identity.Who.ByAddress,
        identity.TokenStaysOffDisk ? null : identity.Token?.Value,
        identity.Token is { } token ? IdentityValues.DigestOf(token.Value) : null,
        considered,
        replaces);

    /// <summary>The same as an identity; null where what was kept is none.</summary>
    /// <param name="offDisk">The token of a systemd credential, for an identity whose own stays off the disk.</param>
    public HostIdentity? ToIdentity(RoleToken? offDisk) =>
        Yrn.TryParse(Role) is { Type: "role" } role && Uri.TryCreate(ApiUri, UriKind.Absolute, out var uri)
            ? new HostIdentity(
                new K2hr3Identity(uri, role, Tenant, Cuk, Tag, InboundAddress, OutboundAddress, ByAddress),
                Token is null ? (TokenDigest is null ? null : offDisk) : RoleToken.TryParse(Token),
                Token is null && TokenDigest is not null)
            : null;

    public override string ToString() => $"{Role} at {ApiUri}, cuk {Cuk}, tag {Tag}";
}

/// <summary>What the identity files hold of an identity; null for one that is not there.</summary>
public sealed record FileValues(string? ApiUri, string? Role, string? Tenant, string? Cuk, string? Tag, string? Token)
{
    public override string ToString() => $"{Role} at {ApiUri}, cuk {Cuk}, tag {Tag}";
}
