namespace SlaveAgent.Settings;

/// <summary>
/// Packages and services of a slave node whose role's resource lists none, as with a cluster created by Trove 1.0.2 or later.
/// They do not include libk2hdkc: the agent installs the node's own programs; the package of a program that links the library depends on it, in the
/// version it was built against. Add it here for programs that are not packaged.
/// </summary>
/// <param name="AntPickaxPackages">Packages from the AntPickax repository; may be empty.</param>
/// <param name="Services">Units to enable and start, in this order; may be empty.</param>
public sealed record SlaveSettings(IReadOnlyList<string> AntPickaxPackages, IReadOnlyList<string> Services)
{
    public static SlaveSettings From(SettingsValues values) => new(
        values.List("slave.antpickax_packages") ?? ["k2hdkc-dbaas-override-conf", "chmpx"],
        values.List("slave.services") ?? ["chmpx.service"]);
}
