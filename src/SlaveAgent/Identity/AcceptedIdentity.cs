using SlaveAgent.K2hr3;

namespace SlaveAgent.Identity;

/// <summary>The identity that K2HR3 accepted last, as stored.</summary>
/// <param name="Token">Null when it is not stored on disk, or not needed.</param>
/// <param name="TokenDigest">Of the token, even when that is not stored on disk; null when not needed.</param>
/// <param name="Considered">Digest of the settings at that time: unchanged settings are not a new offer and do not undo what was accepted later.</param>
/// <param name="Replaces">The previous content of the identity files, until they are confirmed to hold this one: remains of it are not an offer.</param>
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

    /// <summary>Converts to an identity; null when the stored values are invalid.</summary>
    /// <param name="offDisk">The token of a systemd credential, for an identity whose token is not stored on disk.</param>
    public HostIdentity? ToIdentity(RoleToken? offDisk) =>
        Yrn.TryParse(Role) is { Type: "role" } role && Uri.TryCreate(ApiUri, UriKind.Absolute, out var uri)
            ? new HostIdentity(
                new K2hr3Identity(uri, role, Tenant, Cuk, Tag, InboundAddress, OutboundAddress, ByAddress),
                Token is null ? (TokenDigest is null ? null : offDisk) : RoleToken.TryParse(Token),
                Token is null && TokenDigest is not null)
            : null;

    public override string ToString() => $"{Role} at {ApiUri}, cuk {Cuk}, tag {Tag}";
}
