using SlaveAgent.Settings;

namespace SlaveAgent.Reconciling;

/// <summary>
/// Decides when each controller runs next; nobody else decides about delays. Time is what has passed since some start and only grows, so a clock that is
/// set, either way, changes nothing.
/// </summary>
public sealed class Schedule
{
    /// <summary>
    /// Triggers with a new reason that are followed at once before they wait for the poll; one comes back with each of its intervals. A cluster that
    /// is scaled gives a handful; a server that comes and goes every second would give one a second, from every host.
    /// </summary>
    private const int BurstSize = 20;

    /// <summary>A longer interval for the ring spares a quiet host some CPU; a slave that is not connected is looked after all the same.</summary>
    private static readonly TimeSpan WhileNotConnected = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestAfterTimeout = TimeSpan.FromMinutes(10);

    /// <summary>As if repeated so often that the wait is the poll's interval.</summary>
    private const int MaxExponent = 62;

    /// <summary>Whatever a controller says, it does not run again and again without a pause.</summary>
    private static readonly TimeSpan LeastRecheck = TimeSpan.FromMilliseconds(100);

    /// <summary>Units are observed after each action and when chmpx's process is another one; this is for what changes by itself.</summary>
    private static readonly TimeSpan UnitInterval = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Never = TimeSpan.FromDays(3650);

    private readonly WatchSettings _watch;
    private readonly RetrySettings _retry;
    private readonly Func<double> _random;
    private readonly Func<bool> _isConfigured;
    private readonly PaceMemory? _memory;
    private readonly Dictionary<ControllerKinds, Entry> _entries = [];
    private TimeSpan _pace;
    private TimeSpan _k2hr3AwayUntil = TimeSpan.Zero;
    private int _k2hr3Failures;

    /// <summary>A fleet that comes back within a minute to a K2HR3 which cannot keep up would keep it so for ever: it works on what nobody waits for any more.</summary>
    private int _k2hr3Timeouts;

    /// <param name="random">From 0 up to, not including, 1.</param>
    /// <param name="isConfigured">Whether the host has a configuration to work with, and so leaves K2HR3 to those that have none; null: it never has.</param>
    /// <param name="memory">Where the pace is kept over restarts; null: nowhere.</param>
    public Schedule(
        IEnumerable<IController> controllers, WatchSettings watch, RetrySettings retry, Func<double> random, Func<bool>? isConfigured = null, PaceMemory? memory = null)
    {
        _isConfigured = isConfigured ?? (() => false);
        _memory = memory;
        _pace = K2hr3Pace.Restored(memory?.Kept, watch.K2hr3Interval);
        _watch = watch;
        _retry = retry;
        _random = random;
        foreach (var controller in controllers)
        {
            _entries[controller.Kind] = new Entry { AsksK2hr3 = controller.AsksK2hr3 };
        }

        if (Yields)
        {
            SpreadFirstRuns(TimeSpan.Zero, except: ControllerKinds.None);
        }
    }

    /// <summary>More hosts ask than K2HR3 can answer, and this one can wait.</summary>
    private bool Yields => K2hr3Pace.IsLoaded(_pace, _watch.K2hr3Interval) && _isConfigured();

    public bool IsDue(ControllerKinds controller, TimeSpan now) => DueOf(_entries[controller]) <= now;

    /// <summary>When the next controller is due.</summary>
    public TimeSpan Next => _entries.Values.Min(DueOf);

    /// <summary>When the controller is due; for the status.</summary>
    public TimeSpan DueAt(ControllerKinds controller) => DueOf(_entries[controller]);

    /// <summary>A run begins: what triggers the controller from now on has not been seen by it, and it runs again for that.</summary>
    public void NoteStarted(ControllerKinds controller)
    {
        var entry = _entries[controller];
        entry.IsRunning = true;
        entry.DueMeanwhile = null;
    }

    /// <summary>Takes note of how a run ended, and decides when this controller and those it triggers run next.</summary>
    public void Record(ControllerKinds controller, Outcome outcome, TimeSpan now)
    {
        var entry = _entries[controller];
        entry.Failures = outcome.IsSettled ? 0 : entry.Failures + 1;
        entry.HasSettled |= outcome.IsSettled;
        entry.LastRun = now;
        if (entry.AsksK2hr3)
        {
            RecordK2hr3(controller, outcome, now);
        }

        entry.Due = now + DelayAfter(controller, outcome, entry);
        entry.NotBefore = outcome is Outcome.Waiting { Again: not null } ? entry.Due : TimeSpan.Zero;
        if (entry.DueMeanwhile is { } meanwhile && meanwhile < entry.Due)
        {
            entry.Due = meanwhile;
        }

        entry.IsRunning = false;
        RecordTriggers(controller, outcome, now);
    }

    /// <summary>A person, or a new start, wants these controllers at once, whatever they waited for.</summary>
    /// <remarks>Where more hosts ask than K2HR3 can answer, those that have a configuration come one after the other: a person may have told all of them.</remarks>
    public void RunNow(ControllerKinds controllers, TimeSpan now)
    {
        if (controllers == ControllerKinds.None)
        {
            return;
        }

        if (_entries.Any(entry => entry.Value.AsksK2hr3 && controllers.HasFlag(entry.Key)))
        {
            _k2hr3AwayUntil = Yields ? now + (K2hr3Pace.Return(_pace) * _random()) : TimeSpan.Zero;
        }

        foreach (var (kind, entry) in _entries)
        {
            if (controllers.HasFlag(kind))
            {
                entry.NotBefore = TimeSpan.Zero;
                entry.Failures = 0;
                entry.Triggered.Clear();
                entry.BringForward(TimeSpan.Zero);
            }
        }
    }

    private void RecordK2hr3(ControllerKinds controller, Outcome outcome, TimeSpan now)
    {
        if (outcome is not Outcome.Failed { Consequence: Consequence.K2hr3Away } away)
        {
            _k2hr3Failures = 0;
            _k2hr3Timeouts = 0;
            if (outcome.AnswerTime > TimeSpan.Zero)
            {
                TakePace(K2hr3Pace.After(_pace, outcome.AnswerTime, _watch.K2hr3Interval), now);
            }

            return;
        }

        _k2hr3Failures++;
        if (away.TimedOut)
        {
            _k2hr3Timeouts++;
            TakePace(_isConfigured() ? K2hr3Pace.AfterTimeout(_pace) : _pace, now);
        }

        // The delay comes on top of what was asked for: a date in Retry-After is the same second for every host.
        var asked = Capped(away.RetryAfter ?? TimeSpan.Zero);
        _k2hr3AwayUntil = now + asked + Max(DelayOfReturn(away.TimedOut), _isConfigured() ? Min(asked, _pace) * _random() : TimeSpan.Zero);
        if (_isConfigured())
        {
            SpreadFirstRuns(_k2hr3AwayUntil, except: controller);
        }
    }

    private TimeSpan DelayOfReturn(bool timedOut)
    {
        if (timedOut)
        {
            // What nobody waits for any more is work all the same: of configured hosts none comes back early.
            var first = Yields ? Max(_retry.Cap, _pace) : _retry.Cap;
            var random = _isConfigured() ? (1 + _random()) / 2 : _random();
            return RetryDelay.After(_k2hr3Timeouts, new RetrySettings(first, Max(first, LongestAfterTimeout)), random);
        }

        // A loss of a second is passed over at once. Whoever goes on at his own pace, from wherever he was in it, comes back spread over all of it.
        return _k2hr3Failures > 1 && Yields
            ? RetryDelay.Jittered(K2hr3Pace.Return(_pace), _watch.Jitter, _random())
            : RetryDelay.After(_k2hr3Failures, _retry, _random());
    }

    private void TakePace(TimeSpan pace, TimeSpan now)
    {
        var before = _pace;
        _pace = pace;
        _memory?.Note(K2hr3Pace.IsLoaded(_pace, _watch.K2hr3Interval) ? _pace : null);
        if (_pace > before && Yields)
        {
            SpreadFirstRuns(now, except: ControllerKinds.None);
        }
    }

    /// <summary>
    /// A start asks seven times. Where K2HR3 is loaded or away, a whole fleet may have started: a configured host then leaves what it has not asked yet for later, each by its
    /// weight.
    /// </summary>
    private void SpreadFirstRuns(TimeSpan from, ControllerKinds except)
    {
        foreach (var (kind, entry) in _entries)
        {
            if (entry is { AsksK2hr3: true, HasSettled: false, IsRunning: false } && kind != except && entry.Due <= from)
            {
                entry.Due = from + (SpanOfFirst(kind) * _random());
            }
        }
    }

    private TimeSpan SpanOfFirst(ControllerKinds controller) => controller switch
    {
        ControllerKinds.Configuration => K2hr3Pace.Return(_pace) * 1.5,
        ControllerKinds.Registration => K2hr3Pace.Return(_pace) * 4,
        _ => Min(K2hr3Pace.Return(_pace) * 20, _watch.RoleInterval),
    };

    /// <summary>
    /// A trigger runs its controller at once, but one that only repeats itself waits longer each time, up to the poll's interval: a K2HR3 that lags behind the
    /// ring is not asked over and over, nor for a reason that never stays the same.
    /// </summary>
    private void RecordTriggers(ControllerKinds by, Outcome outcome, TimeSpan now)
    {
        var reason = outcome.TriggerReason;
        foreach (var (kind, entry) in _entries)
        {
            if (!outcome.Triggers.HasFlag(kind))
            {
                entry.Triggered.Remove(by);
                continue;
            }

            var before = entry.Triggered.GetValueOrDefault(by);
            if (entry.IsRunning && before is not null && before.Reason == reason)
            {
                // The run that is under way is for this very reason, or began after it was known.
                continue;
            }

            var trigger = before is null || before.Reason != reason
                ? new Trigger(reason, !entry.AsksK2hr3 || TakeFromBurst(entry, now) ? 1 : MaxExponent, entry.LastRun, now + (outcome.TriggerSpread * _random()))
                : before.SeenRun != entry.LastRun ? before with { Times = before.Times + 1, SeenRun = entry.LastRun } : before;
            entry.Triggered[by] = trigger;
            var wait = trigger.Times == 1 ? TimeSpan.Zero : RetryDelay.Doubled(_watch.AskAgain, trigger.Times - 2, _watch.K2hr3Interval);
            var at = Max(Max(entry.NotBefore, trigger.From), entry.LastRun is { } last ? Max(now, last + wait) : now);
            entry.BringForward(at);
        }
    }

    private bool TakeFromBurst(Entry entry, TimeSpan now)
    {
        if (now - entry.Refilled >= _watch.K2hr3Interval)
        {
            entry.Burst = (int)Math.Min(BurstSize, entry.Burst + ((now - entry.Refilled) / _watch.K2hr3Interval));
            entry.Refilled = now;
        }

        if (entry.Burst == 0)
        {
            return false;
        }

        entry.Burst--;
        return true;
    }

    private TimeSpan DelayAfter(ControllerKinds controller, Outcome outcome, Entry entry) => outcome switch
    {
        Outcome.Waiting { Again: { } again } => again,
        Outcome.Failed { Consequence: Consequence.NeedsPerson } => _retry.Cap,
        Outcome.Failed { Consequence: Consequence.K2hr3Away } when controller == ControllerKinds.Role && Yields => SpanOfFirst(controller) * _random(),
        Outcome.Failed or Outcome.Waiting when controller == ControllerKinds.Connection => Min(_watch.RingInterval, WhileNotConnected),
        Outcome.Failed or Outcome.Waiting => RetryDelay.After(entry.Failures, _retry, _random()),
        // Hosts that were launched together have the same reason in the same second.
        { RecheckAfter: { } soon } => Min(RetryDelay.JitteredLater(Max(soon, LeastRecheck), _watch.Jitter, _random()), IntervalOf(controller)),
        _ => IntervalOf(controller),
    };

    private TimeSpan IntervalOf(ControllerKinds controller) => controller switch
    {
        ControllerKinds.Connection => _watch.RingInterval,
        ControllerKinds.Configuration => RetryDelay.Jittered(_pace, _watch.Jitter, _random()),
        // Its five requests cost a loaded K2HR3 as much as five polls, and those of hosts that were launched together would come together.
        ControllerKinds.Role => RetryDelay.Jittered(_watch.RoleInterval * (_pace / _watch.K2hr3Interval), _watch.Jitter, _random()),
        ControllerKinds.Packages => _watch.RoleInterval,
        ControllerKinds.Services => UnitInterval,
        _ => Never,
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

        public bool IsRunning { get; set; }

        /// <summary>When it is due because of what happened during the run that is under way; null: nothing did.</summary>
        public TimeSpan? DueMeanwhile { get; set; }

        /// <summary>The controller itself said when; only a person is served sooner.</summary>
        public TimeSpan NotBefore { get; set; }

        public TimeSpan? LastRun { get; set; }

        /// <summary>At least once since the start.</summary>
        public bool HasSettled { get; set; }

        public int Failures { get; set; }

        /// <summary>How many triggers with a new reason are still followed at once, and when that was last counted.</summary>
        public int Burst { get; set; } = BurstSize;

        public TimeSpan Refilled { get; set; }

        /// <summary>The triggers of other controllers that still stand.</summary>
        public Dictionary<ControllerKinds, Trigger> Triggered { get; } = [];

        public void BringForward(TimeSpan at)
        {
            if (IsRunning)
            {
                DueMeanwhile = DueMeanwhile is { } before && before < at ? before : at;
            }
            else if (at < Due)
            {
                Due = at;
            }
        }
    }

    /// <param name="Times">How often this controller ran for it already, and once more.</param>
    /// <param name="SeenRun">The triggered controller's last run when this was counted.</param>
    /// <param name="From">This host's slot among all that have the same reason.</param>
    private sealed record Trigger(string? Reason, int Times, TimeSpan? SeenRun, TimeSpan From);
}
