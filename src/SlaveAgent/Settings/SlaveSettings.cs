namespace SlaveAgent.Settings;

/// <summary>
/// What a slave node gets where its role's resource lists nothing at all, as that of a cluster made by Trove 1.0.2 and later does.
/// Not among it is libk2hdkc: the agent brings the node's own programs; a user's program that links the library has a package that depends on it, in the
/// version it was built against. Add it here for programs that are not packaged.
/// </summary>
/// <param name="AntPickaxPackages">From the AntPickax repository; empty: none.</param>
/// <param name="Services">Units to enable and start, in this order; empty: none.</param>
public sealed record SlaveSettings(IReadOnlyList<string> AntPickaxPackages, IReadOnlyList<string> Services)
{
    public static SlaveSettings From(SettingsValues values) => new(
        values.List("slave.antpickax_packages") ?? ["k2hdkc-dbaas-override-conf", "chmpx"],
        values.List("slave.services") ?? ["chmpx.service"]);
}
