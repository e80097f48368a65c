using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Services;
using SlaveAgent.Settings;

namespace SlaveAgent.Tests.Support;

/// <summary>A <see cref="ChmpxUnitFiles"/> over a test's root.</summary>
internal static class UnitFiles
{
    public const string Ini = "/etc/antpickax/k2hdkc.ini";

    public static ChmpxUnitFiles Make(HostRoot root, ChmpxSettings settings, ChmpxSharing? sharing = null, TimeProvider? time = null) => new(
        root,
        new ChmpxDropIn(root, settings.Unit, Ini, "/usr/bin/k2hdkc-slave-agent", () => sharing),
        Ini,
        settings,
        time ?? TimeProvider.System);
}
