namespace SlaveAgent.Settings;

/// <summary>The polling intervals.</summary>
/// <param name="K2hr3Interval">The interval of conditional requests for the resource; each is expensive for K2HR3 (K2hr3/README.md, "Cost and caching").</param>
/// <param name="Jitter">The fraction by which that interval varies, so that hosts booted together spread out.</param>
/// <param name="RingInterval">The polling interval of chmpx's control port.</param>
/// <param name="RoleInterval">The interval for reading the role's package and service keys.</param>
/// <param name="AskAgain">The minimum time between requests caused by a change in the ring; increases while the cause persists.</param>
public sealed record WatchSettings(TimeSpan K2hr3Interval, double Jitter, TimeSpan RingInterval, TimeSpan RoleInterval, TimeSpan AskAgain)
{
    public static WatchSettings From(SettingsValues values) => new(
        values.Duration("watch.k2hr3_interval", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1)),
        values.Percent("watch.jitter", 0.2),
        values.Duration("watch.ring_interval", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1)),
        values.Duration("watch.role_interval", TimeSpan.FromHours(1), TimeSpan.FromSeconds(1)),
        values.Duration("watch.ask_again", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(50)));
}
