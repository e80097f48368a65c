using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Configuration;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class ReconcilerTests : IDisposable
{
    private static readonly WatchSettings Watch = new(TimeSpan.FromSeconds(60), 0, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
    private static readonly RetrySettings Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ListLog _log = new();
    private StatusBoard _board = null!;
    private readonly FakeHost _host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_pass_runs_the_controllers_that_are_due_in_their_order()
    {
        var order = new List<ControllerKinds>();
        var all = FakeController.All().Select(controller => controller.Kind).ToList();
        var reconciler = Make([.. all.Select(kind => new FakeController(kind, () =>
        {
            order.Add(kind);
            return FakeController.Fine;
        }))]);
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal(all, order);
        order.Clear();
        await reconciler.RunDueAsync(Cancel);
        Assert.Empty(order);
        _time.Advance(TimeSpan.FromSeconds(1));
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal([ControllerKinds.Connection], order);
    }

    [Fact]
    public async Task A_controller_that_a_later_one_triggers_runs_with_the_next_pass()
    {
        var write = new FakeController(ControllerKinds.Configuration);
        var verify = new FakeController(ControllerKinds.Connection, () => new Outcome.Waiting("for it") { Triggers = ControllerKinds.Configuration, TriggerReason = "+a" });
        var reconciler = Make([write, verify]);
        await reconciler.RunDueAsync(Cancel);
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal(2, write.Runs);
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException), Reasons.InternalError, true)]
    [InlineData(typeof(NullReferenceException), Reasons.InternalError, true)]
    [InlineData(typeof(OperationCanceledException), Reasons.InternalError, true)]
    [InlineData(typeof(TimeoutException), Reasons.InternalError, true)]
    [InlineData(typeof(IOException), Reasons.HostError, false)]
    [InlineData(typeof(UnauthorizedAccessException), Reasons.HostError, false)]
    public async Task An_exception_of_a_controller_is_a_failure_that_is_tried_again_and_ends_nothing(Type exception, string reason, bool isReported)
    {
        var fails = true;
        var controller = new FakeController(ControllerKinds.Services, _ => fails ? throw (Exception)Activator.CreateInstance(exception)! : Task.FromResult(FakeController.Fine));
        var after = new FakeController(ControllerKinds.Connection);
        var reconciler = Make([controller, after]);
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal(reason, Assert.IsType<Outcome.Failed>(_board.OutcomeOf(controller.Kind)).Reason);
        Assert.Equal(1, after.Runs);
        Assert.Equal(isReported, _log.Lines.Any(line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains(exception.Name, StringComparison.Ordinal)));
        fails = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal(FakeController.Fine, _board.OutcomeOf(controller.Kind));
    }

    [Fact]
    public async Task The_loop_goes_on_through_failures_until_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var runs = 0;
        var controller = new FakeController(ControllerKinds.Connection, _ => ++runs >= 50 ? CancelAsync() : throw new InvalidOperationException());
        var running = Make([controller]).RunAsync(cancel.Token);
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
    public async Task Cancelling_ends_a_controller_that_works()
    {
        using var cancel = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var controller = new FakeController(ControllerKinds.Connection, async stop =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
            return FakeController.Fine;
        });
        var running = Make([controller]).RunAsync(cancel.Token);
        await begun.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Waking_the_loop_runs_what_is_wanted_at_once()
    {
        using var cancel = new CancellationTokenSource();
        var write = new FakeController(ControllerKinds.Configuration);
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
        var write = new FakeController(ControllerKinds.Configuration);
        var verify = new FakeController(ControllerKinds.Connection);
        var reconciler = Make([write, verify]);
        await reconciler.RunDueAsync(Cancel);
        Parallel.For(0, 100, i => reconciler.Wake(i % 2 == 0 ? ControllerKinds.Configuration : ControllerKinds.Connection));
        await reconciler.SleepAsync(Cancel);
        await reconciler.RunDueAsync(Cancel);
        Assert.Equal((2, 2), (write.Runs, verify.Runs));
    }

    [Fact]
    public async Task The_watchdog_is_fed_while_a_controller_works_within_its_limit_and_no_longer_when_it_hangs()
    {
        var ended = new TaskCompletionSource<Outcome>();
        var controller = new FakeController(ControllerKinds.Packages, _ => ended.Task) { WatchdogLimit = TimeSpan.FromMinutes(2) };
        var reconciler = Make([controller]);
        using var stop = new CancellationTokenSource();
        var running = reconciler.RunAsync(stop.Token);
        await AdvanceUntilAsync(() => _time.GetUtcNow() >= Start + TimeSpan.FromSeconds(119));
        Assert.InRange(_host.Pulses, 100, 125);

        _time.Advance(TimeSpan.FromSeconds(2));
        await AdvanceUntilAsync(() => _time.GetUtcNow() >= Start + TimeSpan.FromSeconds(130));
        var atItsLimit = _host.Pulses;
        await AdvanceUntilAsync(() => _time.GetUtcNow() >= Start + TimeSpan.FromHours(1), TimeSpan.FromSeconds(30));
        Assert.Equal(atItsLimit, _host.Pulses);

        ended.SetResult(FakeController.Fine);
        await Eventually.IsTrueAsync(() => _host.Pulses > atItsLimit, "it is fed again");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task While_the_host_is_unregistered_nothing_is_done_and_the_watchdog_is_fed()
    {
        _host.IsPaused = true;
        using var cancel = new CancellationTokenSource();
        var controller = new FakeController(ControllerKinds.Connection);
        var running = Make([controller]).RunAsync(cancel.Token);
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return _host.Pulses > 10;
            },
            "pulses");
        Assert.Equal(0, controller.Runs);
        _host.IsPaused = false;
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return controller.Runs > 0;
            },
            "a run");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Where_nothing_is_due_the_loop_sleeps_as_long_as_its_host_lets_it(int heartbeat)
    {
        _host.Heartbeat = TimeSpan.FromSeconds(heartbeat);
        Assert.Equal(_host.Heartbeat, await SleepOfAsync(Make([new FakeController(ControllerKinds.Role)])));
    }

    [Fact]
    public async Task A_host_that_is_unregistered_during_a_pass_has_nothing_started_any_more()
    {
        var services = new FakeController(ControllerKinds.Services, () =>
        {
            _host.IsPaused = true;
            return FakeController.Fine;
        });
        var verify = new FakeController(ControllerKinds.Connection);
        await Make([services, verify]).RunDueAsync(Cancel);
        Assert.Equal((1, 0), (services.Runs, verify.Runs));
    }

    [Fact]
    public async Task It_sleeps_until_a_controller_is_due_and_no_longer_than_the_watchdog_waits()
    {
        TimeSpan? again = null;
        var reconciler = Make([new FakeController(ControllerKinds.Connection, () => new Outcome.Waiting("for it", again))]);
        _time.Advance(TimeSpan.FromMinutes(5));
        again = TimeSpan.FromMilliseconds(100);
        Assert.Equal(TimeSpan.FromMilliseconds(100), await SleepOfAsync(reconciler));
        again = TimeSpan.FromMinutes(1);
        Assert.Equal(TimeSpan.FromSeconds(1), await SleepOfAsync(reconciler));
    }

    [Fact]
    public async Task What_the_loop_was_woken_for_wakes_it_once()
    {
        var controller = new FakeController(ControllerKinds.Configuration);
        var reconciler = Make([controller]);
        reconciler.Wake(ControllerKinds.Configuration);
        Assert.Equal(TimeSpan.FromSeconds(1), await SleepOfAsync(reconciler));
        Assert.Equal(1, controller.Runs);
    }

    [Fact]
    public async Task When_a_failed_controller_is_tried_again_is_logged_in_seconds_from_now()
    {
        var reconciler = Make([new FakeController(ControllerKinds.Connection, () => new Outcome.Failed("it broke"))]);
        _time.Advance(TimeSpan.FromMinutes(5));
        await reconciler.RunDueAsync(Cancel);
        Assert.Contains("1.0 s", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ControllerKinds.Registration)]
    [InlineData(ControllerKinds.Configuration)]
    [InlineData(ControllerKinds.Packages)]
    [InlineData(ControllerKinds.OwnName)]
    [InlineData(ControllerKinds.Services)]
    [InlineData(ControllerKinds.Ready)]
    public async Task A_controller_that_hangs_holds_up_no_other_lane(ControllerKinds hangs)
    {
        var ended = new TaskCompletionSource<Outcome>();
        var controllers = FakeController.All().Select(controller => controller.Kind == hangs ? new FakeController(hangs, _ => ended.Task) : controller).ToList();
        var lane = controllers.Single(controller => controller.Kind == hangs).Lane;
        using var stop = new CancellationTokenSource();
        var reconciler = Make(controllers);
        var running = reconciler.RunAsync(stop.Token);
        var watch = controllers.Single(controller => controller.Kind == ControllerKinds.Connection);
        await AdvanceUntilAsync(() => watch.Runs >= 35);

        // The ring is polled each second all the while, and what others trigger is done.
        Assert.InRange((_time.GetUtcNow() - Start).TotalSeconds, 33, 45);
        reconciler.Wake(ControllerKinds.All);
        await AdvanceUntilAsync(() => controllers.Where(controller => controller.Lane != lane).All(controller => controller.Runs >= 2));
        Assert.Equal(1, controllers.Where(controller => controller.Lane == lane).Sum(controller => controller.Kind < hangs ? 0 : controller.Runs));

        ended.SetResult(FakeController.Fine);
        await AdvanceUntilAsync(() => controllers.All(controller => controller.Runs >= 2));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Of_a_lane_one_controller_runs_at_a_time_and_the_next_one_right_after_it()
    {
        var ended = new TaskCompletionSource<Outcome>();
        var register = new FakeController(ControllerKinds.Registration, _ => ended.Task);
        var write = new FakeController(ControllerKinds.Configuration);
        using var stop = new CancellationTokenSource();
        var running = Make([register, write]).RunAsync(stop.Token);
        await AdvanceUntilAsync(() => _time.GetUtcNow() >= Start + TimeSpan.FromSeconds(30));
        Assert.Equal((1, 0), (register.Runs, write.Runs));
        ended.SetResult(FakeController.Fine);
        await Eventually.IsTrueAsync(() => write.Runs == 1, "the next one runs without time passing");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task What_is_triggered_while_it_runs_runs_once_more_as_soon_as_it_has_ended()
    {
        var first = new TaskCompletionSource<Outcome>();
        FakeController write = null!;
        write = new FakeController(ControllerKinds.Configuration, _ => write!.Runs == 1 ? first.Task : Task.FromResult(FakeController.Fine));
        var isChanged = false;
        var watch = new FakeController(ControllerKinds.Connection, () => isChanged ? FakeController.Fine with { Triggers = ControllerKinds.Configuration, TriggerReason = "the file was changed" } : FakeController.Fine);
        using var stop = new CancellationTokenSource();
        var running = Make([write, watch]).RunAsync(stop.Token);
        await AdvanceUntilAsync(() => watch.Runs >= 3);
        isChanged = true;
        var before = watch.Runs;
        await AdvanceUntilAsync(() => watch.Runs > before + 1);
        isChanged = false;
        Assert.Equal(1, write.Runs);
        first.SetResult(FakeController.Fine);
        await Eventually.IsTrueAsync(() => write.Runs == 2, "the second run without time passing");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_loop_that_ends_waits_for_what_it_started()
    {
        var isCleaned = false;
        var begun = new TaskCompletionSource();
        var packages = new FakeController(ControllerKinds.Packages, async stop =>
        {
            begun.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
            finally
            {
                await Task.Yield();
                isCleaned = true;
            }

            return FakeController.Fine;
        });
        await Make([packages]).RunAsync(Cancel, isOver: () => begun.Task.IsCompleted);
        Assert.True(isCleaned);
    }

    [Fact]
    public async Task A_bootstraps_loop_is_asked_after_each_pass_whether_it_is_over()
    {
        var watch = new FakeController(ControllerKinds.Connection);
        var passes = 0;
        var running = Make([watch]).RunAsync(Cancel, isOver: () => ++passes == 5);
        await AdvanceUntilAsync(() => running.IsCompleted);
        await running;
        Assert.Equal(5, passes);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_or_forth_changes_nothing()
    {
        var controller = new FakeController(ControllerKinds.Connection);
        var time = new ClockThatIsSet();
        var schedule = new Schedule([controller], Watch, Retry, () => 0.5);
        var board = new StatusBoard([controller], new ConfigurationFile(_directory.Root, "/x.ini", 0, 1, time), new RingMemory(), () => new K2hr3Contact("http://k2hr3.example"), null, _directory.Root, false, time, _log.Logger);
        var reconciler = new Reconciler([controller], schedule, board, new UnwatchedHost(), time, _log.Logger);
        for (var i = 0; i < 10; i++)
        {
            time.Passed += TimeSpan.FromSeconds(1);
            time.Now += TimeSpan.FromDays(i % 2 == 0 ? -4000 : 4000);
            await reconciler.RunDueAsync(Cancel);
        }

        Assert.Equal(10, controller.Runs);
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

    private Reconciler Make(IReadOnlyList<FakeController> controllers)
    {
        var schedule = new Schedule(controllers, Watch, Retry, () => 0.5);
        _board = new StatusBoard(
            controllers, new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead, 1, _time), new RingMemory(), () => new K2hr3Contact("http://k2hr3.example"), null, _directory.Root, true, _time, _log.Logger);
        return new Reconciler(controllers, schedule, _board, _host, _time, _log.Logger);
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
