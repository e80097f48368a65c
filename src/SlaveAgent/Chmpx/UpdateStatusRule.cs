namespace SlaveAgent.Chmpx;

/// <summary>
/// When a server that this host's chmpx never tries again may be sent UPDATESTATUS. It connects every slave that missed the server in about 0.1 s, and it is not harmless:
/// it brings a server into service that others had put out, without a merge, so writes made meanwhile would be missing there; each receiver stamps the status of every
/// server again, which can hide real changes during a merge; and a slave that vanished blocks the sending server's event loop for 5 s. So it is for a ring that
/// is known to be at rest, and at most three times. Each status message renews the servers' times, so the age of the newest limits the whole fleet. Pure.
/// </summary>
public static class UpdateStatusRule
{
    /// <summary>So old the newest status of the ring must be; also the least time between two sendings of this host, doubled each time.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(15);

    public static readonly TimeSpan LongestRandomDelay = TimeSpan.FromSeconds(60);

    /// <summary>So that the second observation is never the first one's report again.</summary>
    private static readonly TimeSpan LeastRandomDelay = TimeSpan.FromSeconds(1);

    public const int MostSendings = 3;

    /// <summary>A report says what was; older ones are asked for again.</summary>
    private static readonly TimeSpan ReportLifetime = TimeSpan.FromSeconds(10);

    /// <summary>Each question blocks the server's event loop while it resolves names.</summary>
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(60);

    /// <summary>A second observation that is later than this, because the agent was away, is a first one.</summary>
    private static readonly TimeSpan SecondLookLifetime = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LargestClockDifference = TimeSpan.FromSeconds(10);

    public static UpdateStatusVerdict Judge(UpdateStatusSituation situation)
    {
        var now = situation.Now;
        var history = WithinReach(situation.History, now);
        return WhyNotHere(situation) is { } reason ? new UpdateStatusVerdict.NotAllowed(reason, history with { SecondLookAt = null })
            : history.Sent >= MostSendings ? new UpdateStatusVerdict.NotAllowed(UpdateStatusReason.LimitReached, history with { SecondLookAt = null })
            : NextSending(history) is { } next && now < next ? new UpdateStatusVerdict.WaitUntil(next, UpdateStatusReason.TooSoon, history with { SecondLookAt = null })
            : history.AskAgainAt is { } again && now < again ? new UpdateStatusVerdict.WaitUntil(again, history.AskAgainFor, history)
            : history.SecondLookAt is { } second && now < second ? new UpdateStatusVerdict.WaitUntil(second, UpdateStatusReason.RandomDelay, history)
            : !IsFresh(situation, history) ? new UpdateStatusVerdict.WaitUntil(now, UpdateStatusReason.NeedsReport, history)
            : JudgeReport(situation, situation.Report!, history);
    }

    /// <summary>What this host knows by itself, without asking a server.</summary>
    private static UpdateStatusReason? WhyNotHere(UpdateStatusSituation situation) =>
        !situation.IsSwitchedOn ? UpdateStatusReason.SwitchedOff
        : situation.Server is not { IsUp: false, IsConnected: false } ? UpdateStatusReason.NotDisconnected
        : situation.Reporter is not { IsConnected: true } || situation.Reporter.Key == situation.Server.Key ? UpdateStatusReason.NoReporter
        : situation.ClockDifference?.Duration() > LargestClockDifference ? UpdateStatusReason.ClockDiffers
        : null;

    private static UpdateStatusVerdict JudgeReport(UpdateStatusSituation situation, RingStatusReport report, UpdateStatusHistory history)
    {
        var now = situation.Now;
        if (WhyNot(report, situation.Server!.Key) is { } reason)
        {
            return AskAgain(now + BetweenQuestions, reason, history);
        }

        if (report.NewestUpdate is not { } newest || now - newest < QuietTime)
        {
            // A time that lies in the future is of a clock that is ahead: it is not waited for.
            var until = report.NewestUpdate is { } known && known <= now ? known + QuietTime : now + QuietTime;
            return AskAgain(until < now + BetweenQuestions ? now + BetweenQuestions : until, UpdateStatusReason.RecentUpdate, history);
        }

        if (history.SecondLookAt is null)
        {
            var second = now + LeastRandomDelay + ((LongestRandomDelay - LeastRandomDelay) * situation.Random);
            return new UpdateStatusVerdict.WaitUntil(second, UpdateStatusReason.RandomDelay, history with { SecondLookAt = second, AskAgainAt = null });
        }

        return new UpdateStatusVerdict.Allowed(new UpdateStatusHistory(history.Sent + 1, now));
    }

    private static UpdateStatusReason? WhyNot(RingStatusReport report, NodeKey key) =>
        report.FindOnly(key) is not { } server ? UpdateStatusReason.NotReported
        : !server.InService || !server.IsUp ? UpdateStatusReason.NotInServiceAndUp
        : report.Servers.Any(other => !other.IsSettled) ? UpdateStatusReason.RingIsMoving
        : null;

    private static UpdateStatusVerdict.WaitUntil AskAgain(DateTimeOffset until, UpdateStatusReason reason, UpdateStatusHistory history) =>
        new(until, reason, history with { SecondLookAt = null, AskAgainAt = until, AskAgainFor = reason });

    /// <summary>The second observation needs a report of its own.</summary>
    private static bool IsFresh(UpdateStatusSituation situation, UpdateStatusHistory history) =>
        situation is { Report: not null, ReportedAt: { } taken }
        && taken <= situation.Now
        && situation.Now - taken <= ReportLifetime
        && (history.SecondLookAt is not { } second || taken >= second);

    private static DateTimeOffset? NextSending(UpdateStatusHistory history) =>
        history.LastSent is { } last ? last + (QuietTime * (1 << Math.Clamp(history.Sent - 1, 0, MostSendings))) : null;

    /// <summary>No time further ahead than this rule sets it: after a clock that was set back, none may hold things up for longer.</summary>
    private static UpdateStatusHistory WithinReach(UpdateStatusHistory history, DateTimeOffset now) => history with
    {
        LastSent = Earlier(history.LastSent, now),
        SecondLookAt = history.SecondLookAt < now - SecondLookLifetime ? null : Earlier(history.SecondLookAt, now + LongestRandomDelay),
        AskAgainAt = Earlier(history.AskAgainAt, now + QuietTime),
    };

    private static DateTimeOffset? Earlier(DateTimeOffset? time, DateTimeOffset limit) => time > limit ? limit : time;
}
