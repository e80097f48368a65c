using System.Text.Json.Serialization;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Roles;

/// <summary>What the role's resource lists for its hosts: packages and units, in their order, and the user that chmpx runs as.</summary>
/// <param name="Packages">From the host's own repositories.</param>
/// <param name="AntPickaxPackages">From the AntPickax repository.</param>
/// <param name="Units">To enable and start in this order.</param>
public sealed record RoleKeys(IReadOnlyList<string> Packages, IReadOnlyList<string> AntPickaxPackages, IReadOnlyList<string> Units)
{
    public const string PackagesKey = "k2hr3-init-packages";
    public const string AntPickaxPackagesKey = "k2hr3-init-packagecloud-packages";
    public const string UnitsKey = "k2hr3-init-systemd-packages";

    public const string ChmpxUserKey = "k2hdkc-dbaas-proc-user";

    /// <summary>Each name costs a process; a list of nonsense must not start a million of them.</summary>
    private const int MostNames = 1000;

    /// <summary>Null when the role does not say, and in a file of an agent that did not read it.</summary>
    public string? ChmpxUser { get; init; }

    /// <summary>The resource that they were read of; null in a file of an agent that did not note it, and where they are nobody's.</summary>
    public string? Resource { get; init; }

    /// <summary>As the resource of a cluster that Trove 1.0.2 or later made, which leaves all three lists empty.</summary>
    [JsonIgnore]
    public bool ListsNothing => Packages.Count + AntPickaxPackages.Count + Units.Count == 0;

    /// <summary>What a slave node is to have: what the role lists, or where it lists nothing at all the documented set.</summary>
    public RoleKeys ForSlave(SlaveSettings documented) =>
        ListsNothing ? this with { AntPickaxPackages = documented.AntPickaxPackages, Units = documented.Services } : this;

    /// <summary>These, with what another has where they have nothing.</summary>
    public RoleKeys OrWhereEmpty(RoleKeys other) => new(
        Packages.Count > 0 ? Packages : other.Packages,
        AntPickaxPackages.Count > 0 ? AntPickaxPackages : other.AntPickaxPackages,
        Units.Count > 0 ? Units : other.Units)
    {
        ChmpxUser = ChmpxUser ?? other.ChmpxUser,
    };

    public bool SaysTheSame(RoleKeys other) =>
        Packages.SequenceEqual(other.Packages) && AntPickaxPackages.SequenceEqual(other.AntPickaxPackages) && Units.SequenceEqual(other.Units)
        && ChmpxUser == other.ChmpxUser;

    /// <summary>A key's value: names separated by commas, blanks around them not counting.</summary>
    public static IReadOnlyList<string> Split(string value) =>
        [.. value.Split([',', ' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(MostNames)];

    /// <param name="resource">Null: of any.</param>
    /// <returns>Null where none are kept, or those of another resource: what a former role listed is nothing that this one lost.</returns>
    public static RoleKeys? Load(string path, Yrn? resource = null) =>
        StateFile.TryLoad(path, RolesJson.Default.RoleKeys) is { Packages: not null, AntPickaxPackages: not null, Units: not null } keys
        && (resource is null || keys.Resource is null || keys.Resource == resource.ToString())
            ? keys
            : null;

    public void Save(string path) => StateFile.Save(path, this, RolesJson.Default.RoleKeys);
}
