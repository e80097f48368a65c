using SlaveAgent.Hosting;

namespace SlaveAgent.Roles;

/// <summary>A user that chmpx may run as.</summary>
/// <param name="Source">Who names it, for a person.</param>
public sealed record ChmpxUser(string Name, string Source)
{
    /// <summary>What the shell helper and the DBaaS take where nothing is said.</summary>
    public const string Default = "k2hdkc";

    /// <summary>Who it may be, the first of them first: what the role says, what override.conf says, the usual one. Never root, and nothing that is no user's name. Pure.</summary>
    /// <param name="ofRole">The value of the role's key <see cref="RoleKeys.ChmpxUserKey"/>.</param>
    /// <param name="ofOverrideConf">SUBPROCESS_USER of the shell helper.</param>
    public static IReadOnlyList<ChmpxUser> Candidates(string? ofRole, string? ofOverrideConf) =>
    [
        .. new[]
        {
            (Name: ofRole?.Trim(), Source: $"the role's {RoleKeys.ChmpxUserKey}"),
            (Name: ofOverrideConf?.Trim(), Source: "SUBPROCESS_USER in override.conf"),
            (Name: Default, Source: "the default"),
        }
        .Where(candidate => candidate.Name is { } name && name != "root" && UserName.IsValid(name))
        .Select(candidate => new ChmpxUser(candidate.Name!, candidate.Source)),
    ];
}
