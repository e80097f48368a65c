using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Tests.Support;

/// <summary>A <see cref="Supervisor"/> over a test's root.</summary>
internal static class Supervisors
{
    public const string Ini = "/etc/antpickax/k2hdkc.ini";

    public static Supervisor Make(HostRoot root, ChmpxSettings settings, ChmpxSharing? sharing = null, TimeProvider? time = null) => new(
        root,
        new ChmpxDropIn(root, settings.Unit, Ini, "/usr/bin/k2hdkc-slave-agent", () => sharing),
        Ini,
        settings,
        time ?? TimeProvider.System);
}
