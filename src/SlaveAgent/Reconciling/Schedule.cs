using SlaveAgent.Settings;

namespace SlaveAgent.Reconciling;

/// <summary>
/// Decides when each step runs next; nobody else decides about delays. Time is what has passed since some start and only grows,
/// so a clock that is set, either way, changes nothing.
/// </summary>
public sealed class Schedule
{
    /// <summary>
    /// Triggers with a new reason that are followed at once before they wait for the poll; one comes back with each of its intervals. A cluster that
    /// is scaled gives a handful; a server that comes and goes every second would give one a second, from every host.
    /// </summary>
    private const int AtOnce = 20;

    /// <summary>
    /// A K2HR3 that takes seconds to answer has a long line of hosts waiting: each then leaves it alone for so many times what its last answer took. A
    /// quiet one answers in 45 to 90 ms (K2hr3/README.md, "Cost and caching"), so this is nothing at the default interval.
    /// </summary>
    private const int Rests = 30;

    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestAfterTimeout = TimeSpan.FromMinutes(10);

    /// <summary>As if repeated so often that the wait is the poll's interval.</summary>
    private const int Often = 62;

    private readonly WatchSettings _watch;
    private readonly RetrySettings _retry;
    private readonly Func<double> _random;
    private readonly Dictionary<ControllerKinds, Entry> _entries = [];
    private TimeSpan _k2hr3AwayUntil = TimeSpan.Zero;
    private int _k2hr3Failures;

    /// <summary>A fleet that comes back within a minute to a K2HR3 which cannot keep up would keep it so for ever: it works on what nobody waits for any more.</summary>
    private int _k2hr3Timeouts;

    /// <param name="random">From 0 up to, not including, 1.</param>
    public Schedule(IEnumerable<IController> steps, WatchSettings watch, RetrySettings retry, Func<double> random)
    {
        _watch = watch;
        _retry = retry;
        _random = random;
        foreach (var step in steps)
        {
            _entries[step.Kind] = new Entry { AsksK2hr3 = step.AsksK2hr3 };
        }
    }

    public bool IsDue(ControllerKinds step, TimeSpan now) => DueOf(_entries[step]) <= now;

    /// <summary>When the next step is due.</summary>
    public TimeSpan Next => _entries.Values.Min(DueOf);

    /// <summary>When the step is due; for the status.</summary>
    public TimeSpan DueAt(ControllerKinds step) => DueOf(_entries[step]);

    /// <summary>Takes note of how a step ended, and decides when it and those it demands run next.</summary>
    /// <param name="took">How long the step ran, which for one that asks K2HR3 is how long that took to answer.</param>
    public void Record(ControllerKinds step, Outcome outcome, TimeSpan now, TimeSpan took = default)
    {
        var entry = _entries[step];
        entry.Failures = outcome.IsSettled ? 0 : entry.Failures + 1;
        entry.LastRun = now;
        entry.Due = now + DelayAfter(step, outcome, entry, took);
        entry.NotBefore = outcome is Outcome.Waiting { Again: not null } ? entry.Due : TimeSpan.Zero;
        if (entry.AsksK2hr3)
        {
            RecordK2hr3(outcome, now);
        }

        RecordDemands(step, outcome, now);
    }

    /// <summary>A person, or a new start, wants these steps at once, whatever they waited for.</summary>
    public void RunNow(ControllerKinds steps)
    {
        _k2hr3AwayUntil = TimeSpan.Zero;
        foreach (var (kind, entry) in _entries)
        {
            if (steps.HasFlag(kind))
            {
                entry.Due = TimeSpan.Zero;
                entry.NotBefore = TimeSpan.Zero;
                entry.Failures = 0;
                entry.Asked.Clear();
            }
        }
    }

    private void RecordK2hr3(Outcome outcome, TimeSpan now)
    {
        if (outcome is not Outcome.Failed { Consequence: Consequence.K2hr3Away } away)
        {
            _k2hr3Failures = 0;
            _k2hr3Timeouts = 0;
            return;
        }

        _k2hr3Failures++;
        _k2hr3Timeouts += away.TimedOut ? 1 : 0;
        var delay = away.TimedOut
            ? RetryDelay.After(_k2hr3Timeouts, new RetrySettings(_retry.Cap, Max(_retry.Cap, LongestAfterTimeout)), _random())
            : RetryDelay.After(_k2hr3Failures, _retry, _random());

        // The delay comes on top of what was asked for: a date in Retry-After is the same second for every host.
        _k2hr3AwayUntil = now + Capped(away.RetryAfter ?? TimeSpan.Zero) + delay;
    }

    /// <summary>
    /// A demand runs its step at once, but a demand that only repeats itself waits longer each time, up to the poll's interval:
    /// a K2HR3 that lags behind the ring is not hammered, nor for a reason that never stays the same.
    /// </summary>
    private void RecordDemands(ControllerKinds by, Outcome outcome, TimeSpan now)
    {
        var reason = outcome.TriggerReason;
        foreach (var (kind, entry) in _entries)
        {
            if (!outcome.Triggers.HasFlag(kind))
            {
                entry.Asked.Remove(by);
                continue;
            }

            var before = entry.Asked.GetValueOrDefault(by);
            var demand = before is null || before.Reason != reason
                ? new Demand(reason, !entry.AsksK2hr3 || TakeAtOnce(entry, now) ? 1 : Often, entry.LastRun, now + (outcome.TriggerSpread * _random()))
                : before.SeenRun != entry.LastRun ? before with { Times = before.Times + 1, SeenRun = entry.LastRun } : before;
            entry.Asked[by] = demand;
            var wait = demand.Times == 1 ? TimeSpan.Zero : RetryDelay.Doubled(_watch.AskAgain, demand.Times - 2, _watch.K2hr3Interval);
            var at = Max(Max(entry.NotBefore, demand.From), entry.LastRun is { } last ? Max(now, last + wait) : now);
            if (at < entry.Due)
            {
                entry.Due = at;
            }
        }
    }

    private bool TakeAtOnce(Entry entry, TimeSpan now)
    {
        if (now - entry.Refilled >= _watch.K2hr3Interval)
        {
            entry.AtOnce = (int)Math.Min(AtOnce, entry.AtOnce + ((now - entry.Refilled) / _watch.K2hr3Interval));
            entry.Refilled = now;
        }

        if (entry.AtOnce == 0)
        {
            return false;
        }

        entry.AtOnce--;
        return true;
    }

    private TimeSpan DelayAfter(ControllerKinds step, Outcome outcome, Entry entry, TimeSpan took) => outcome switch
    {
        Outcome.Waiting { Again: { } again } => again,
        Outcome.Failed { Consequence: Consequence.NeedsPerson } => _retry.Cap,
        Outcome.Failed or Outcome.Waiting when step == ControllerKinds.Connection => _watch.RingInterval,
        Outcome.Failed or Outcome.Waiting => RetryDelay.After(entry.Failures, _retry, _random()),
        // Hosts that were launched together have the same reason in the same second.
        { RecheckAfter: { } soon } => Min(RetryDelay.Jittered(soon, _watch.Jitter, _random()), IntervalOf(step, took)),
        _ => IntervalOf(step, took),
    };

    private TimeSpan IntervalOf(ControllerKinds step, TimeSpan took) => step switch
    {
        ControllerKinds.Connection => _watch.RingInterval,
        ControllerKinds.Configuration => RetryDelay.Jittered(Max(_watch.K2hr3Interval, Min(took * Rests, LongestRest)), _watch.Jitter, _random()),
        ControllerKinds.Packages or ControllerKinds.Services => _watch.RoleInterval,
        _ => TimeSpan.FromDays(3650),
    };

    private TimeSpan DueOf(Entry entry) => entry.AsksK2hr3 ? Max(entry.Due, _k2hr3AwayUntil) : entry.Due;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    // A service that asks for more than an hour is asked again within the hour.
    private static TimeSpan Capped(TimeSpan asked) => asked > TimeSpan.FromHours(1) ? TimeSpan.FromHours(1) : asked;

    private sealed class Entry
    {
        public required bool AsksK2hr3 { get; init; }

        public TimeSpan Due { get; set; }

        /// <summary>The step itself said when; only a person is served sooner.</summary>
        public TimeSpan NotBefore { get; set; }

        public TimeSpan? LastRun { get; set; }

        public int Failures { get; set; }

        /// <summary>How many demands with a new reason are still followed at once, and when that was last counted.</summary>
        public int AtOnce { get; set; } = Schedule.AtOnce;

        public TimeSpan Refilled { get; set; }

        /// <summary>The demands of other steps that still stand.</summary>
        public Dictionary<ControllerKinds, Demand> Asked { get; } = [];
    }

    /// <param name="Times">How often this step ran for it already, and once more.</param>
    /// <param name="SeenRun">The demanded step's last run when this was counted.</param>
    /// <param name="From">This host's turn among all that have the same reason.</param>
    private sealed record Demand(string? Reason, int Times, TimeSpan? SeenRun, TimeSpan From);
}
