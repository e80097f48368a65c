using SlaveAgent.Hosting;

namespace SlaveAgent.Tests.Support;

/// <summary>What systemd says of units, as values for pure plans.</summary>
internal static class Units
{
    public static UnitStatus Running(string name, TimeSpan? since = null) => Of(name, UnitActiveState.Active) with { StartedAt = since ?? TimeSpan.FromSeconds(1), MainPid = 1 };

    public static UnitStatus Stopped(string name) => Of(name, UnitActiveState.Inactive);

    public static UnitStatus Of(string name, UnitActiveState active, UnitLoadState load = UnitLoadState.Loaded) =>
        new(name, load, active, string.Empty, "success", null, 0, IsSkipped: false, NeedsReload: false, 0, null, []) { FileState = "enabled", Type = "simple" };
}
