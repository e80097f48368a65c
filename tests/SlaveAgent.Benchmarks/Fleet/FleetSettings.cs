using SlaveAgent.Settings;

namespace SlaveAgent.Benchmarks.Fleet;

/// <summary>The agent's defaults, as its settings give them when no file says otherwise.</summary>
internal static class FleetSettings
{
    private static readonly AgentSettings Loaded = SettingsLoader.Load("/nonexistent/agent.yaml", "/nonexistent/conf.d", []);

    public static WatchSettings Defaults => Loaded.Watch;

    public static RetrySettings Retry => Loaded.Retry;
}
