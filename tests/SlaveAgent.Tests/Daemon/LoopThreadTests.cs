using SlaveAgent.Daemon;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Daemon;

public sealed class LoopThreadTests
{
    [Fact]
    public async Task Everything_that_is_awaited_comes_back_to_the_one_thread()
    {
        var threads = new HashSet<int>();
        await LoopThread.RunAsync(async time =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            await Task.Run(() => Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads));
            threads.Add(Environment.CurrentManagedThreadId);
            await Task.Delay(TimeSpan.FromMilliseconds(2), time);
            threads.Add(Environment.CurrentManagedThreadId);
            await Task.Yield();
            threads.Add(Environment.CurrentManagedThreadId);
            await Task.Delay(Timeout.InfiniteTimeSpan, time).WaitAsync(TimeSpan.FromMilliseconds(2), time)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            threads.Add(Environment.CurrentManagedThreadId);
        });
        Assert.Single(threads);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public async Task It_ends_as_the_work_does() =>
        Assert.Equal("so it ends", (await Assert.ThrowsAsync<InvalidOperationException>(() => LoopThread.RunAsync(async time =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), time);
            throw new InvalidOperationException("so it ends");
        }))).Message);

    [Fact]
    public async Task Timers_fire_in_the_order_of_their_times_and_one_that_was_taken_back_does_not()
    {
        var fired = new List<string>();
        await LoopThread.RunAsync(async time =>
        {
            var last = new TaskCompletionSource();
            await using var late = time.CreateTimer(_ => last.SetResult(), null, TimeSpan.FromMilliseconds(40), Timeout.InfiniteTimeSpan);
            await using var second = time.CreateTimer(name => fired.Add((string)name!), "second", TimeSpan.FromMilliseconds(20), Timeout.InfiniteTimeSpan);
            await using var first = time.CreateTimer(name => fired.Add((string)name!), "first", TimeSpan.FromMilliseconds(10), Timeout.InfiniteTimeSpan);
            await using var never = time.CreateTimer(name => fired.Add((string)name!), "never", TimeSpan.FromMilliseconds(15), Timeout.InfiniteTimeSpan);
            await using var waiting = time.CreateTimer(name => fired.Add((string)name!), "waiting", Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            never.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            await last.Task;
        });
        Assert.Equal(["first", "second"], fired);
    }

    [Fact]
    public async Task A_timer_that_was_disposed_of_does_not_fire()
    {
        var fired = 0;
        await LoopThread.RunAsync(async time =>
        {
            time.CreateTimer(_ => fired++, null, TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan).Dispose();
            await time.CreateTimer(_ => fired++, null, TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan).DisposeAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(20), time);
        });
        Assert.Equal(0, fired);
    }

    [Fact]
    public Task Its_thread_has_a_name_and_holds_up_no_end() => LoopThread.RunAsync(_ =>
    {
        Assert.Equal(("loop", true), (Thread.CurrentThread.Name, Thread.CurrentThread.IsBackground));
        return Task.CompletedTask;
    });

    [Fact]
    public async Task A_timer_with_a_period_goes_on()
    {
        var times = 0;
        await LoopThread.RunAsync(async time =>
        {
            var enough = new TaskCompletionSource();
            await using var timer = time.CreateTimer(
                _ =>
                {
                    if (++times == 3)
                    {
                        enough.SetResult();
                    }
                },
                null, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
            await enough.Task;
        });
        Assert.InRange(times, 3, int.MaxValue);
    }

    [Fact]
    public async Task What_comes_back_after_its_end_is_not_lost()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task straggler = Task.CompletedTask;
        await LoopThread.RunAsync(_ =>
        {
            straggler = ReturnAsync(ended.Task);
            return Task.CompletedTask;
        });
        ended.SetResult();
        await straggler.WaitAsync(TestContext.Current.CancellationToken);
    }

    private static async Task ReturnAsync(Task until) => await until;
}
