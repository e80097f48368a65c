using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class ReconcilerTests : IDisposable
{
    private static readonly WatchSettings Watch = new(TimeSpan.FromSeconds(60), 0, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
    private static readonly RetrySettings Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ListLog _log = new();
    private int _pulses;
    private bool _rests;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_pass_runs_the_steps_that_are_due_in_their_order()
    {
        var order = new List<ControllerKinds>();
        var steps = FakeController.Pipeline().Select(s => new FakeController(s.Kind, s.AsksK2hr3, () =>
        {
            order.Add(s.Kind);
            return FakeController.Fine;
        })).ToList();
        var reconciler = Make(steps);
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal([ControllerKinds.Registration, ControllerKinds.Packages, ControllerKinds.Configuration, ControllerKinds.Services, ControllerKinds.Connection], order);
        order.Clear();
        await reconciler.RunDueAsync(Cancel);
        Assert.Empty(order);
        _time.Advance(TimeSpan.FromSeconds(1));
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal([ControllerKinds.Connection], order);
    }

    [Fact]
    public async Task A_step_that_a_later_one_demands_runs_with_the_next_pass()
    {
        var write = new FakeController(ControllerKinds.Configuration, true);
        var verify = new FakeController(ControllerKinds.Connection, false, () => new Outcome.Waiting("for it") { Triggers = ControllerKinds.Configuration, TriggerReason = "+a" });
        var reconciler = Make([write, verify]);
        await reconciler.RunDueAsync(Cancel);
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal(2, write.Runs);
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException), "step failed in a way that was not foreseen: InvalidOperationException", true)]
    [InlineData(typeof(NullReferenceException), "step failed in a way that was not foreseen: NullReferenceException", true)]
    [InlineData(typeof(OperationCanceledException), "step failed in a way that was not foreseen: OperationCanceledException", true)]
    [InlineData(typeof(TimeoutException), "step failed in a way that was not foreseen: TimeoutException", true)]
    [InlineData(typeof(IOException), "failed on this host", false)]
    [InlineData(typeof(UnauthorizedAccessException), "failed on this host", false)]
    public async Task An_exception_of_a_step_is_a_failure_that_is_tried_again_and_ends_nothing(Type exception, string words, bool isReported)
    {
        Outcome? heard = null;
        var fails = true;
        var step = new FakeController(ControllerKinds.Services, false, _ => fails ? throw (Exception)Activator.CreateInstance(exception)! : Task.FromResult(FakeController.Fine));
        var after = new FakeController(ControllerKinds.Connection, false);
        var reconciler = Make([step, after], hooks => hooks with { Heard = (s, outcome) => heard = s == step ? outcome : heard });
        await reconciler.RunDueAsync(Cancel);
        Assert.Contains(words.Replace("step", "StartServices", StringComparison.Ordinal), Assert.IsType<Outcome.Failed>(heard).Message, StringComparison.Ordinal);
        Assert.Equal(1, after.Runs);
        Assert.Equal(isReported, _log.Lines.Any(line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains("please report this", StringComparison.Ordinal)));
        fails = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal(FakeController.Fine, heard);
    }

    [Fact]
    public async Task The_loop_goes_on_through_failures_until_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var runs = 0;
        var step = new FakeController(ControllerKinds.Connection, false, _ => ++runs >= 50 ? CancelAsync() : throw new InvalidOperationException());
        var running = Make([step]).RunAsync(cancel.Token);
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return running.IsCompleted;
            },
            "fifty runs");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(50, runs);

        async Task<Outcome> CancelAsync()
        {
            await cancel.CancelAsync();
            return FakeController.Fine;
        }
    }

    [Fact]
    public async Task Cancelling_ends_a_step_that_works()
    {
        using var cancel = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var step = new FakeController(ControllerKinds.Connection, false, async stop =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
            return FakeController.Fine;
        });
        var running = Make([step]).RunAsync(cancel.Token);
        await begun.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Waking_the_loop_runs_what_is_wanted_at_once()
    {
        using var cancel = new CancellationTokenSource();
        var write = new FakeController(ControllerKinds.Configuration, true);
        var reconciler = Make([write]);
        var running = reconciler.RunAsync(cancel.Token);
        await Eventually.IsTrueAsync(() => write.Runs == 1, "the first run");
        for (var i = 2; i < 6; i++)
        {
            reconciler.Wake(ControllerKinds.Configuration);
            await Eventually.IsTrueAsync(() => write.Runs == i, "a further run without time passing");
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Wakes_from_many_threads_are_none_lost()
    {
        var write = new FakeController(ControllerKinds.Configuration, true);
        var verify = new FakeController(ControllerKinds.Connection, false);
        var reconciler = Make([write, verify]);
        await reconciler.RunDueAsync(Cancel);
        Parallel.For(0, 100, i => reconciler.Wake(i % 2 == 0 ? ControllerKinds.Configuration : ControllerKinds.Connection));
        await reconciler.SleepAsync(Cancel);
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal((2, 2), (write.Runs, verify.Runs));
    }

    [Fact]
    public async Task The_watchdog_is_fed_while_a_step_works_within_its_patience_and_no_longer_when_it_hangs()
    {
        var ended = new TaskCompletionSource<Outcome>();
        var step = new FakeController(ControllerKinds.Packages, true, _ => ended.Task) { WatchdogLimit = TimeSpan.FromMinutes(2) };
        var reconciler = Make([step]);
        var pass = reconciler.RunDueAsync(Cancel);
        await AdvanceUntilAsync(() => _time.GetUtcNow() >= Start + TimeSpan.FromSeconds(119));
        Assert.InRange(Volatile.Read(ref _pulses), 100, 125);

        _time.Advance(TimeSpan.FromSeconds(2));
        await AdvanceUntilAsync(() => _time.GetUtcNow() >= Start + TimeSpan.FromSeconds(130));
        var atTheEndOfPatience = Volatile.Read(ref _pulses);
        await AdvanceUntilAsync(() => _time.GetUtcNow() >= Start + TimeSpan.FromHours(1), TimeSpan.FromSeconds(30));
        Assert.Equal(atTheEndOfPatience, Volatile.Read(ref _pulses));
        Assert.False(pass.IsCompleted);

        ended.SetResult(FakeController.Fine);
        await pass;
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal(atTheEndOfPatience + 1, Volatile.Read(ref _pulses));
    }

    [Fact]
    public async Task While_the_host_is_unregistered_nothing_is_done_and_the_watchdog_is_fed()
    {
        _rests = true;
        using var cancel = new CancellationTokenSource();
        var step = new FakeController(ControllerKinds.Connection, false);
        var running = Make([step]).RunAsync(cancel.Token);
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return Volatile.Read(ref _pulses) > 10;
            },
            "pulses");
        Assert.Equal(0, step.Runs);
        Assert.Single(_log.Lines, line => line.Contains("This host was unregistered", StringComparison.Ordinal));
        _rests = false;
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return step.Runs > 0;
            },
            "a run");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_host_that_is_unregistered_during_a_pass_has_nothing_started_any_more()
    {
        var services = new FakeController(ControllerKinds.Services, false, () =>
        {
            _rests = true;
            return FakeController.Fine;
        });
        var verify = new FakeController(ControllerKinds.Connection, false);
        await Make([services, verify]).RunDueAsync(Cancel);
        Assert.Equal((1, 0), (services.Runs, verify.Runs));
    }

    [Fact]
    public async Task It_sleeps_until_a_step_is_due_and_no_longer_than_the_watchdog_waits()
    {
        TimeSpan? again = null;
        var reconciler = Make([new FakeController(ControllerKinds.Connection, false, () => new Outcome.Waiting("for it", again))]);
        _time.Advance(TimeSpan.FromMinutes(5));
        again = TimeSpan.FromMilliseconds(100);
        Assert.Equal(TimeSpan.FromMilliseconds(100), await SleepOfAsync(reconciler));
        again = TimeSpan.FromMinutes(1);
        Assert.Equal(TimeSpan.FromSeconds(1), await SleepOfAsync(reconciler));
    }

    [Fact]
    public async Task What_the_loop_was_woken_for_wakes_it_once()
    {
        var step = new FakeController(ControllerKinds.Configuration, true);
        var reconciler = Make([step]);
        reconciler.Wake(ControllerKinds.Configuration);
        Assert.Equal(TimeSpan.FromSeconds(1), await SleepOfAsync(reconciler));
        Assert.Equal(1, step.Runs);
    }

    [Fact]
    public async Task When_a_failed_step_is_tried_again_is_said_in_seconds_from_now()
    {
        var reconciler = Make([new FakeController(ControllerKinds.Connection, false, () => new Outcome.Failed("it broke"))]);
        _time.Advance(TimeSpan.FromMinutes(5));
        await reconciler.RunDueAsync(Cancel);
        Assert.EndsWith("\"it broke\"; tried again in 1.0 s ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_or_forth_changes_nothing()
    {
        var step = new FakeController(ControllerKinds.Connection, false);
        var time = new ClockThatIsSet();
        var schedule = new Schedule([step], Watch, Retry, () => 0.5);
        var board = new StatusBoard([step], new ConfigurationFile(_directory.Root, "/x.ini", 0, 1, time), new RingMemory(), null, _directory.Root, false, time, _log.Logger);
        var reconciler = new Reconciler([step], schedule, board, new ReconcilerHooks(), time, _log.Logger);
        for (var i = 0; i < 10; i++)
        {
            time.Passed += TimeSpan.FromSeconds(1);
            time.Now += TimeSpan.FromDays(i % 2 == 0 ? -4000 : 4000);
            await reconciler.RunDueAsync(Cancel);
        }

        Assert.Equal(10, step.Runs);
    }

    private static readonly DateTimeOffset Start = new FakeTimeProvider().GetUtcNow();

    private async Task AdvanceUntilAsync(Func<bool> reached, TimeSpan? by = null)
    {
        while (!reached())
        {
            _time.Advance(by ?? TimeSpan.FromSeconds(1));

            // Lets the loop take its turn; how many turns it takes is not promised.
            for (var i = 0; i < 20; i++)
            {
                await Task.Yield();
            }

            await Task.Delay(1, Cancel);
        }
    }

    /// <summary>Runs what is due and says how long the sleep after it lasts.</summary>
    private async Task<TimeSpan> SleepOfAsync(Reconciler reconciler)
    {
        await reconciler.RunDueAsync(Cancel);
        var sleeping = reconciler.SleepAsync(Cancel);
        for (var slept = TimeSpan.Zero; ; slept += TimeSpan.FromMilliseconds(50))
        {
            // What wakes it comes back to this thread's pool: a moment, also where nothing is to come.
            await Task.WhenAny(sleeping, Task.Delay(20, Cancel));
            if (sleeping.IsCompleted)
            {
                return slept;
            }

            Assert.True(slept < TimeSpan.FromHours(1));
            _time.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    private Reconciler Make(IReadOnlyList<FakeController> steps, Func<ReconcilerHooks, ReconcilerHooks>? hooks = null)
    {
        var schedule = new Schedule(steps, Watch, Retry, () => 0.5);
        var board = new StatusBoard(
            steps, new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead, 1, _time), new RingMemory(), null, _directory.Root, true, _time, _log.Logger);
        var own = new ReconcilerHooks { Pulse = () => Interlocked.Increment(ref _pulses), IsResting = () => Volatile.Read(ref _rests) };
        return new Reconciler(steps, schedule, board, hooks is null ? own : hooks(own), _time, _log.Logger);
    }

    private sealed class ClockThatIsSet : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

        public TimeSpan Passed { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Passed.Ticks;
    }
}
