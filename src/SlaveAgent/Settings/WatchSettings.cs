namespace SlaveAgent.Settings;

/// <summary>How often the agent looks.</summary>
/// <param name="K2hr3Interval">Between two conditional requests for the resource; each is expensive for K2HR3 (K2hr3/README.md, "Cost and caching").</param>
/// <param name="Jitter">Share by which that interval varies either way, so that hosts booted together spread out.</param>
/// <param name="RingInterval">Between two looks at chmpx's control port.</param>
/// <param name="RoleInterval">Between two readings of the role's package and service keys.</param>
/// <param name="AskAgain">Least time between two requests that the ring gave reason for; grows while the reason stays.</param>
public sealed record WatchSettings(TimeSpan K2hr3Interval, double Jitter, TimeSpan RingInterval, TimeSpan RoleInterval, TimeSpan AskAgain)
{
    public static WatchSettings From(SettingsValues values) => new(
        values.Duration("watch.k2hr3_interval", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1)),
        values.Percent("watch.jitter", 0.2),
        values.Duration("watch.ring_interval", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1)),
        values.Duration("watch.role_interval", TimeSpan.FromHours(1), TimeSpan.FromSeconds(1)),
        values.Duration("watch.ask_again", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(50)));
}
