namespace SlaveAgent.Reconciling;

/// <summary>What the role's resource lists for its hosts (k2hdkc-dbaas.md): packages and units, in their order.</summary>
/// <param name="Packages">From the host's own repositories.</param>
/// <param name="AntPickaxPackages">From the AntPickax repository.</param>
/// <param name="Units">To enable and start in this order.</param>
public sealed record RoleKeys(IReadOnlyList<string> Packages, IReadOnlyList<string> AntPickaxPackages, IReadOnlyList<string> Units)
{
    public const string PackagesKey = "k2hr3-init-packages";
    public const string AntPickaxPackagesKey = "k2hr3-init-packagecloud-packages";
    public const string UnitsKey = "k2hr3-init-systemd-packages";

    /// <summary>A key's value: names parted by commas, blanks around them not counting.</summary>
    public static IReadOnlyList<string> Split(string value) =>
        value.Split([',', ' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static RoleKeys? Load(string path) =>
        StateFile.TryLoad(path, StateJson.Default.RoleKeys) is { Packages: not null, AntPickaxPackages: not null, Units: not null } keys ? keys : null;

    public void Save(string path) => StateFile.Save(path, this, StateJson.Default.RoleKeys);
}
