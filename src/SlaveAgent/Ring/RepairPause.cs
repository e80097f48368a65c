using SlaveAgent.Reconciling;

namespace SlaveAgent.Ring;

/// <summary>How long to wait before chmpx is restarted, or a server asked, once more. Pure.</summary>
public static class RepairPause
{
    /// <summary>Each reconnecting slave costs every server's event loop about 0.7 ms for each slave that it lists; all slaves of a ring share the same loops.</summary>
    private static readonly TimeSpan PerSlaveSquared = TimeSpan.FromMilliseconds(6);

    private static readonly TimeSpan[] FirstPartial = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8)];
    private static readonly TimeSpan LaterPartial = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPartial = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FirstStranded = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestStranded = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Between two tries whether a server can be reached, while nothing is connected. A try that fails costs nobody anything, and the first that does not
    /// ends them: what comes then are restarts, with pauses of their own.
    /// </summary>
    public static readonly TimeSpan BetweenProbes = TimeSpan.FromSeconds(2);

    /// <summary>The same while servers accept connections, which costs them something, and of a server that fell silent while others are connected, and may stay so for long.</summary>
    public static readonly TimeSpan BetweenProbesOfSilent = TimeSpan.FromSeconds(10);

    /// <summary>A server that accepts connections for so long is up, whatever it leaves unanswered on one that it has.</summary>
    public static readonly TimeSpan SilentIsUp = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FirstQuestion = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestQuestion = TimeSpan.FromMinutes(15);

    /// <summary>A part of the hosts restart sooner, none later: hosts that booted together spread out.</summary>
    private const double LargestJitter = 0.3;

    /// <summary>Least pause between two restarts for a ring of so many slaves.</summary>
    public static TimeSpan Least(int slaves) => PerSlaveSquared * Math.Pow(Math.Max(slaves, 0), 2);

    /// <summary>Before the next restart for a partial connection: 2, 4, 8, then 15 s until the deadline, then doubling to 60 s.</summary>
    /// <param name="history">Of the restarts for this cause.</param>
    /// <param name="isLate">Whether the deadline is over.</param>
    /// <param name="jitter">From 0 up to, not including, 1; only shortens.</param>
    public static TimeSpan Partial(RepairHistory history, bool isLate, int slaves, double jitter)
    {
        var pause = isLate ? RetryDelay.Doubled(LaterPartial * 2, history.LateRestarts, LongestPartial)
            : history.Restarts < FirstPartial.Length ? FirstPartial[history.Restarts]
            : LaterPartial;
        return Max(pause * (1 - (LargestJitter * jitter)), Least(slaves));
    }

    /// <summary>Before the next restart of a slave without any listed connection: none the first time, for there is nothing to lose.</summary>
    public static TimeSpan Stranded(RepairHistory history, int slaves) => history.Restarts == 0
        ? TimeSpan.Zero
        : Max(RetryDelay.Doubled(FirstStranded, history.Restarts - 1, LongestStranded), Least(slaves));

    /// <summary>Before a server's control port is asked once more about the same disconnected servers; each question blocks its event loop for some milliseconds.</summary>
    /// <param name="asked">How often it was asked about them already.</param>
    public static TimeSpan Question(int asked, int slaves) => asked == 0
        ? TimeSpan.Zero
        : Max(RetryDelay.Doubled(FirstQuestion, asked - 1, LongestQuestion), Least(slaves) / 10);

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
