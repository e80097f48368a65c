using SlaveAgent.Settings;

namespace SlaveAgent.Reconciling;

/// <summary>The arithmetic of delays. Pure; the one place that knows it.</summary>
public static class RetryDelay
{
    /// <summary>Exponential with full jitter: anywhere between nothing and the doubled ceiling, so that hosts which failed together spread out.</summary>
    /// <param name="failures">In a row, from 1.</param>
    /// <param name="random">From 0 up to, not including, 1.</param>
    /// <returns>Never less than a tenth of the first delay, so that a run of small numbers is no storm.</returns>
    public static TimeSpan After(int failures, RetrySettings settings, double random)
    {
        var ceiling = Doubled(settings.First, failures - 1, settings.Cap);
        var least = (settings.First < settings.Cap ? settings.First : settings.Cap) / 10;
        return least + ((ceiling - least) * random);
    }

    /// <summary><paramref name="first"/> doubled <paramref name="times"/> times, at most <paramref name="cap"/>.</summary>
    public static TimeSpan Doubled(TimeSpan first, int times, TimeSpan cap)
    {
        var ticks = first.Ticks * Math.Pow(2, Math.Clamp(times, 0, 62));
        return ticks >= cap.Ticks ? cap : TimeSpan.FromTicks((long)ticks);
    }

    /// <summary>An interval varied by a share of itself either way.</summary>
    public static TimeSpan Jittered(TimeSpan interval, double share, double random) => interval * (1 + (share * ((2 * random) - 1)));

    /// <summary>An interval made longer by at most a share of itself, for what is to be looked at once a time is over: whoever comes early comes in vain.</summary>
    public static TimeSpan JitteredLater(TimeSpan interval, double share, double random) => interval * (1 + (share * random));
}
