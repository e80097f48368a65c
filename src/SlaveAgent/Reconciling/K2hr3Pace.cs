namespace SlaveAgent.Reconciling;

/// <summary>
/// How often a K2HR3 with this many hosts can be asked by each of them, learned from how long its answers take. Pure. A host knows neither how many others there are nor what
/// K2HR3 can do; but where all keep to their pace its queue does not grow, and so this is the pace to come back with after an outage.
/// </summary>
public static class K2hr3Pace
{
    /// <summary>
    /// A K2HR3 that takes seconds to answer has a long queue of hosts: each is to pause for so many times what an answer takes. A quiet one answers in 45 to 90 ms
    /// (K2hr3/README.md, "Cost and caching"), so this is nothing at the default interval. The larger it is, the shorter the queue of a fleet in balance, and the wider its swings.
    /// </summary>
    private const int PauseFactor = 15;

    /// <summary>
    /// So quick an answer waited in no queue worth going out of the way for, however short the interval is: at one of a second, answers of 0.3 s would make a busy K2HR3, and a
    /// host that starts would read its role's lists a minute later.
    /// </summary>
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(1);

    /// <summary>Shares of the way to the wanted pace. A fleet that follows each answer at once swings between a long queue and none.</summary>
    private const double Rise = 0.3;

    private const double Fall = 0.1;

    /// <summary>What K2HR3 works on after its caller has given up is work for nothing, and all that it does once its queue is longer than the time-out.</summary>
    private const double RiseAfterTimeout = 1.5;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>A fleet comes back within this time where it can, however rarely it asks on other days.</summary>
    private static readonly TimeSpan LongestReturn = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Where hosts have a pace p and come back within w, K2HR3's queue grows to p - w: half of the least time-out that its store in trouble allows (K2hr3/README.md, "Store in
    /// trouble").
    /// </summary>
    private static readonly TimeSpan LongestQueue = TimeSpan.FromSeconds(20);

    /// <summary>The pace after one more answer.</summary>
    /// <param name="pace">The pace so far.</param>
    /// <param name="answerTime">What K2HR3 took for the answer.</param>
    /// <param name="interval">The pace where K2HR3 is at ease, by the settings.</param>
    public static TimeSpan After(TimeSpan pace, TimeSpan answerTime, TimeSpan interval)
    {
        var wanted = answerTime < Quick ? interval : Max(interval, Min(answerTime * PauseFactor, Longest));
        var next = pace + ((wanted - pace) * (wanted > pace ? Rise : Fall));
        return next - interval < TimeSpan.FromSeconds(1) ? interval : next;
    }

    /// <summary>The pace after a request that was accepted and not answered in time.</summary>
    public static TimeSpan AfterTimeout(TimeSpan pace) => Max(pace, Min(pace * RiseAfterTimeout, Longest));

    /// <summary>A pace that was kept, within what there can be.</summary>
    public static TimeSpan Restored(TimeSpan? kept, TimeSpan interval) => Max(interval, Min(kept ?? interval, Longest));

    /// <summary>More hosts ask than K2HR3 can answer at the interval.</summary>
    public static bool IsLoaded(TimeSpan pace, TimeSpan interval) => pace > interval;

    /// <summary>Within which time hosts come back that have a configuration to work with.</summary>
    public static TimeSpan Return(TimeSpan pace) => Max(Min(pace, LongestReturn), pace - LongestQueue);

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
