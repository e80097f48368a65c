using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.K2hr3;
using SlaveAgent.Settings;

namespace SlaveAgent.Identity;

/// <summary>The identity in force and the one offered. A new identity is tried while the other stays in force, and replaces it only when K2HR3 accepts it.</summary>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">For a person.</param>
/// <param name="InForce">The identity that K2HR3 accepted for this machine; null when none.</param>
/// <param name="Offered">The identity to register; null when there is no new one, or it cannot be used.</param>
public sealed record IdentityDecision(IdentityCode Code, string Message, HostIdentity? InForce, HostIdentity? Offered)
{
    /// <summary>Nothing is in force, and the missing value is expected to appear by itself.</summary>
    public bool IsNotYet => Code is IdentityCode.NoHostName or IdentityCode.NoInstanceId;

    /// <summary>
    /// Decides by the precedence of the sources: options, settings, values handed over, values accepted. Settings that are unchanged since the
    /// identity in force was accepted are not new and do not override it. Pure.
    /// </summary>
    public static IdentityDecision Decide(IdentityInputs inputs)
    {
        var accepted = inputs.Accepted;
        var inForce = inputs.Machine.IsAnother ? null : accepted?.ToIdentity(OffDisk(inputs));
        var settingsAreNew = inForce is null || inputs.Standing.Digest() != accepted!.Considered;
        var below = Base(inputs, inForce);
        var values = inputs.Options.Over(settingsAreNew ? inputs.Standing : IdentityValues.None).Over(inputs.Handed.Without(inputs.Standing)).Over(below);
        var (code, message, offered) = Make(inputs, values, below, inForce, settingsAreNew);
        if (offered is null)
        {
            return inForce is null
                ? new(code, message, null, null)
                : new(IdentityCode.OfferUnusable, $"the offered identity cannot be used and the one in force stays. {message}", inForce, null);
        }

        return inForce is not null
            ? IsSame(accepted!, offered)
                ? new(IdentityCode.Accepted, "K2HR3 accepted this host's identity", inForce.Token is null ? offered : inForce, null)
                : new(IdentityCode.Offered, $"another identity is offered, with {Difference(inForce, offered)}", inForce, offered)
            : accepted is not null && inputs.Machine.IsAnother
                ? new(IdentityCode.Moved, $"{inputs.Machine.Message}; this machine registers as {offered.Who.Cuk}", null, offered)
                : new(IdentityCode.First, "K2HR3 has not accepted this host's identity yet", null, offered);
    }

    /// <summary>Whether a tag is the host's name with its domain appended a second time, as by versions before 0.2.</summary>
    internal static bool HasDoubledDomain(string tag, string hostName)
    {
        var name = HostNames.Clean(hostName);
        var labels = name.Split('.');
        return Enumerable.Range(1, Math.Max(labels.Length - 1, 0))
            .Any(first => tag.Equals($"{name}.{string.Join('.', labels[first..])}", StringComparison.OrdinalIgnoreCase));
    }

    // The values with the lowest precedence: those accepted or, before that, those of the files; on another machine without the original's own values.
    private static IdentityValues Base(IdentityInputs inputs, HostIdentity? inForce)
    {
        var accepted = inputs.Accepted;
        return accepted is null
            ? new IdentityValues { ApiUri = inputs.Files.ApiUri, Role = inputs.Files.Role, Tenant = inputs.Files.Tenant, Token = inputs.Files.Token }
            : new IdentityValues
            {
                ApiUri = accepted.ApiUri,
                Role = accepted.Role,
                Tenant = accepted.Tenant,
                Authentication = accepted.ByAddress ? Authentication.Address : null,
                Token = accepted.Token ?? inForce?.Token?.Value,
                TokenStaysOffDisk = accepted is { Token: null, TokenDigest: not null },
                InboundAddress = inForce is null ? null : accepted.InboundAddress,
                OutboundAddress = inForce is null ? null : accepted.OutboundAddress,
            };
    }

    private static (IdentityCode Code, string Message, HostIdentity? Identity) Make(
        IdentityInputs inputs, IdentityValues values, IdentityValues below, HostIdentity? inForce, bool settingsAreNew)
    {
        if (values.Role is not { } roleText)
        {
            return (IdentityCode.NoRole, $"The role is not known; {HowToSet("--role", "k2hr3.role")}.", null);
        }

        if (Yrn.TryParse(roleText) is not { Type: "role" } role)
        {
            return (IdentityCode.BadRole, $"The role {Printable.Of(roleText)} is not the full name of a role, such as yrn:yahoo:::mytenant:role:mycluster/slave.", null);
        }

        if (values.ApiUri is not { } uriText)
        {
            return (IdentityCode.NoApiUri, $"K2HR3's address is not known; {HowToSet("--api-uri", "k2hr3.api_uri")}.", null);
        }

        if (!Uri.TryCreate(uriText, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0)
        {
            return (IdentityCode.BadApiUri, $"K2HR3's address {Printable.Of(uriText)} is not an http or https address without a user name.", null);
        }

        var isMoved = inputs.Accepted is not null && inputs.Machine.IsAnother;
        var cuk = values.Cuk ?? inForce?.Who.Cuk ?? inputs.InstanceId ?? (isMoved ? null : inputs.Files.Cuk);
        if (cuk is null)
        {
            return isMoved
                ? (IdentityCode.NoInstanceId, $"{inputs.Machine.Message}; cloud-init has not provided the instance ID of this one yet (wait for it, use --cuk or set host.cuk).", null)
                : (IdentityCode.NoCuk, "This host's CUK is not known because cloud-init has not provided an instance ID; use --cuk or set host.cuk.", null);
        }

        if (!HostSettings.IsCuk(cuk))
        {
            return (IdentityCode.BadCuk, $"The CUK {Printable.Of(cuk)} has characters that chmpx would misinterpret; set host.cuk.", null);
        }

        if ((values.Tag ?? KeptTag(inputs, inForce, cuk) ?? inputs.FullName) is not { } tag)
        {
            return (IdentityCode.NoHostName, "This host has no name yet except localhost; wait until cloud-init or DHCP assigns one, use --tag or set host.tag.", null);
        }

        var byAddress = IsByAddress(inputs, below, settingsAreNew);
        var token = values.Token is null ? null : RoleToken.TryParse(values.Token);
        if (!byAddress && token is null)
        {
            return (IdentityCode.NoToken, NoToken(inputs.TokenProblem), null);
        }

        var who = new K2hr3Identity(
            uri,
            role,
            TenantOf(values, below) ?? role.TenantYrn,
            cuk,
            tag,
            settingsAreNew ? inputs.Standing.InboundAddress : below.InboundAddress,
            settingsAreNew ? inputs.Standing.OutboundAddress : below.OutboundAddress,
            byAddress);
        return (IdentityCode.First, string.Empty, new HostIdentity(who, token, values.TokenStaysOffDisk));
    }

    // A host keeps the name it registered with even if its resolv.conf changes before the next boot, because K2HR3 would treat it as another host.
    private static string? KeptTag(IdentityInputs inputs, HostIdentity? inForce, string cuk)
    {
        var kept = inForce is not null ? (inForce.Who.Cuk == cuk ? inForce.Who.Tag : null)
            : inputs.Accepted is null && inputs.Files.Cuk == cuk ? inputs.Files.Tag : null;
        return kept is not null && HasDoubledDomain(kept, inputs.HostName) ? HostNames.Clean(inputs.HostName) : kept;
    }

    // The tenant belongs to the role: another role without an explicit tenant uses the one in its name.
    private static string? TenantOf(IdentityValues values, IdentityValues below) =>
        values.Role == below.Role || values.Tenant != below.Tenant ? values.Tenant : null;

    // A host that K2HR3 identifies by its address stays so until a token is provided.
    private static bool IsByAddress(IdentityInputs inputs, IdentityValues below, bool settingsAreNew) =>
        inputs.Options.Authentication is { } option
            ? option is Authentication.Address
            : inputs.Standing.Authentication is Authentication.Address
                || ((inputs.Options.Token ?? (settingsAreNew ? inputs.Standing.Token : null) ?? inputs.Handed.Token) is null
                    && (inputs.Handed.Authentication ?? below.Authentication) is Authentication.Address);

    private static RoleToken? OffDisk(IdentityInputs inputs) =>
        inputs.Standing is { TokenStaysOffDisk: true, Token: { } token } ? RoleToken.TryParse(token) : null;

    // An identity whose token is not stored on disk is compared without it.
    private static bool IsSame(AcceptedIdentity accepted, HostIdentity offered) =>
        AcceptedIdentity.Of(offered, accepted.Considered, accepted.Replaces) is var now && (now with { Token = null }) == (accepted with { Token = null });

    private static string Difference(HostIdentity inForce, HostIdentity offered)
    {
        var (before, after) = (inForce.Who, offered.Who);
        List<string> parts = [];
        Add("role", before.Role.ToString(), after.Role.ToString());
        Add("K2HR3", before.ApiUri.ToString(), after.ApiUri.ToString());
        Add("tenant", before.Tenant, after.Tenant);
        Add("CUK", before.Cuk, after.Cuk);
        Add("tag", before.Tag, after.Tag);
        Add("inbound address", before.InboundAddress, after.InboundAddress);
        Add("outbound address", before.OutboundAddress, after.OutboundAddress);
        Add("authentication", before.ByAddress ? "address" : "token", after.ByAddress ? "address" : "token");
        if (parts.Count == 0)
        {
            parts.Add("another role token");
        }

        return string.Join(", ", parts);

        void Add(string name, string? from, string? to)
        {
            if (from != to)
            {
                parts.Add($"{name} {to ?? "none"} instead of {from ?? "none"}");
            }
        }
    }

    private static string NoToken(string? problem) => problem is null
        ? $"There is no role token; use --token-file, set k2hr3.token_file, or write it to {IdentityFiles.Token} (mode 0600)."
        : $"There is no role token, because {problem}.";

    private static string HowToSet(string option, string setting) =>
        $"use {option}, set {setting}, or run bootstrap from the User Data Script first";
}
