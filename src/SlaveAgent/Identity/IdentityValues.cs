using System.Security.Cryptography;
using System.Text;
using SlaveAgent.Settings;

namespace SlaveAgent.Identity;

/// <summary>The identity values from one source; null when it does not provide one. ToString is overridden so that the token is never printed.</summary>
public sealed record IdentityValues
{
    public static readonly IdentityValues None = new();

    public string? ApiUri { get; init; }

    public string? Role { get; init; }

    public string? Tenant { get; init; }

    public string? Cuk { get; init; }

    public string? Tag { get; init; }

    public string? InboundAddress { get; init; }

    public string? OutboundAddress { get; init; }

    public Authentication? Authentication { get; init; }

    public string? Token { get; init; }

    /// <summary>The token comes from a systemd credential and must not be stored on disk.</summary>
    public bool TokenStaysOffDisk { get; init; }

    public bool IsEmpty => this with { TokenStaysOffDisk = false } == None;

    /// <summary>These values, completed by others.</summary>
    public IdentityValues Over(IdentityValues below) => new()
    {
        ApiUri = ApiUri ?? below.ApiUri,
        Role = Role ?? below.Role,
        Tenant = Tenant ?? below.Tenant,
        Cuk = Cuk ?? below.Cuk,
        Tag = Tag ?? below.Tag,
        InboundAddress = InboundAddress ?? below.InboundAddress,
        OutboundAddress = OutboundAddress ?? below.OutboundAddress,
        Authentication = Authentication ?? below.Authentication,
        Token = Token ?? below.Token,
        TokenStaysOffDisk = Token is null ? below.TokenStaysOffDisk : TokenStaysOffDisk,
    };

    /// <summary>These values without those that another source also provides.</summary>
    public IdentityValues Without(IdentityValues other) => new()
    {
        ApiUri = other.ApiUri is null ? ApiUri : null,
        Role = other.Role is null ? Role : null,
        Tenant = other.Tenant is null ? Tenant : null,
        Cuk = other.Cuk is null ? Cuk : null,
        Tag = other.Tag is null ? Tag : null,
        InboundAddress = other.InboundAddress is null ? InboundAddress : null,
        OutboundAddress = other.OutboundAddress is null ? OutboundAddress : null,
        Authentication = other.Authentication is null ? Authentication : null,
        Token = other.Token is null ? Token : null,
        TokenStaysOffDisk = other.Token is null && TokenStaysOffDisk,
    };

    /// <summary>Equal for equal values, and does not reveal them.</summary>
    public string Digest() => DigestOf(string.Join(
        '\n', new[] { ApiUri, Role, Tenant, Cuk, Tag, InboundAddress, OutboundAddress, Authentication?.ToString(), Token }.Select(value => value is null ? "-" : $"+{value}")));

    /// <summary>Of a text with enough entropy, such as a role token.</summary>
    public static string DigestOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public override string ToString() => $"{Role} at {ApiUri}, cuk {Cuk}, tag {Tag}";
}
