using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Benchmarks.Fleet;

/// <summary>
/// One host of a large fleet, reduced to what K2HR3 sees of it: the agent's own schedule, and the requests of the controllers that ask. Ten thousand of them take seconds.
/// </summary>
internal sealed class ScheduledHost
{
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(40);
    private static readonly IReadOnlyList<Asker> Askers =
        [new(ControllerKinds.Registration, 1), new(ControllerKinds.Role, 5), new(ControllerKinds.Configuration, 1)];

    private readonly VirtualTime _time;
    private readonly QueuedK2hr3 _k2hr3;
    private readonly Schedule _schedule;
    private readonly TimeSpan _started;
    private bool _isAsking;
    private bool _isConfigured;
    private int _wake;

    /// <param name="isConfigured">It has a configuration from before this start.</param>
    /// <param name="memory">The pace from before this start.</param>
    public ScheduledHost(VirtualTime time, QueuedK2hr3 k2hr3, RetrySettings retry, WatchSettings watch, Random random, bool isConfigured, PaceMemory? memory = null)
    {
        (_time, _k2hr3, _started, _isConfigured) = (time, k2hr3, time.Now, isConfigured);
        _schedule = new Schedule(Askers, watch, retry, random.NextDouble, () => _isConfigured, memory);
    }

    /// <summary>When K2HR3 last answered it; null: never.</summary>
    public TimeSpan? AnsweredAt { get; private set; }

    /// <summary>When it first had a configuration from K2HR3 in this start; null: not yet.</summary>
    public TimeSpan? ConfiguredAt { get; private set; }

    public bool IsEnded { get; set; }

    /// <summary>As on SIGHUP.</summary>
    public void RunNow()
    {
        _schedule.RunNow(ControllerKinds.Configuration, Now);
        Go();
    }

    /// <summary>Asks what is due, or sleeps until something is.</summary>
    public void Go()
    {
        if (_isAsking || IsEnded)
        {
            return;
        }

        foreach (var asker in Askers)
        {
            if (_schedule.IsDue(asker.Kind, Now))
            {
                _isAsking = true;
                _schedule.NoteStarted(asker.Kind);
                Ask(asker, asker.Requests);
                return;
            }
        }

        var wake = ++_wake;
        _time.After(_schedule.Next - Now, () =>
        {
            if (wake == _wake)
            {
                Go();
            }
        });
    }

    private TimeSpan Now => _time.Now - _started;

    private void Ask(Asker asker, int left)
    {
        var sent = _time.Now;
        _k2hr3.Send(ClientTimeout, how =>
        {
            if (how == Answering.Answered)
            {
                AnsweredAt = _time.Now;
                if (left > 1)
                {
                    Ask(asker, left - 1);
                    return;
                }
            }

            _isAsking = false;
            if (how == Answering.Answered && asker.Kind == ControllerKinds.Configuration)
            {
                _isConfigured = true;
                ConfiguredAt ??= _time.Now;
            }

            _schedule.Record(
                asker.Kind,
                how == Answering.Answered ? new Outcome.Unchanged("answered") { AnswerTime = _time.Now - sent }
                    : new Outcome.Failed("away", Consequence.K2hr3Away) { TimedOut = how == Answering.TimedOut },
                Now);
            Go();
        });
    }

    private sealed record Asker(ControllerKinds Kind, int Requests) : IController
    {
        public string Name => Kind.ToString();

        public Lane Lane => Lane.K2hr3;

        public TimeSpan WatchdogLimit => TimeSpan.FromHours(1);

        public Task<Outcome> RunAsync(CancellationToken cancel) => throw new NotSupportedException("its requests are simulated");
    }
}
