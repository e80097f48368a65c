namespace SlaveAgent.Daemon;

/// <summary>
/// The one thread on which the daemon's own work runs. What is awaited there comes back to it, and as a clock it fires its timers on it, so that a quiet
/// second wakes one thread once; on the thread pool the timers' thread, a worker and the one that listens to sockets wake each other, for several times
/// the cost of what there is to do.
/// </summary>
public sealed class LoopThread : TimeProvider
{
    private readonly object _gate = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private readonly List<LoopTimer> _timers = [];
    private bool _hasEnded;

    private LoopThread()
    {
    }

    /// <summary>Runs <paramref name="work"/>, which is given the clock to go by, on a thread of its own.</summary>
    /// <returns>Ends as the work does.</returns>
    public static async Task RunAsync(Func<TimeProvider, Task> work)
    {
        var loop = new LoopThread();
        var ended = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => ended.SetResult(loop.Run(work))) { IsBackground = true, Name = "loop" }.Start();
        await await ended.Task;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new LoopTimer(this, new SendOrPostCallback(callback), state);
        timer.Change(dueTime, period);
        return timer;
    }

    internal void Post(SendOrPostCallback callback, object? state)
    {
        lock (_gate)
        {
            if (!_hasEnded)
            {
                _posted.Enqueue((callback, state));
                Monitor.Pulse(_gate);
                return;
            }
        }

        ThreadPool.QueueUserWorkItem(static work => work.callback(work.state), (callback, state), preferLocal: false);
    }

    internal void Set(LoopTimer timer, long? due, TimeSpan period)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            (timer.Due, timer.Period) = (due, period);
            if (due is not null)
            {
                _timers.Add(timer);
                Monitor.Pulse(_gate);
            }
        }
    }

    internal long After(TimeSpan delay) => GetTimestamp() + (long)(delay.TotalSeconds * TimestampFrequency);

    private Task Run(Func<TimeProvider, Task> work)
    {
        SynchronizationContext.SetSynchronizationContext(new LoopContext(this));
        var running = work(this);
        running.ContinueWith(static (_, loop) => ((LoopThread)loop!).End(), this, TaskScheduler.Default);
        while (TakeNext() is var (callback, state))
        {
            callback(state);
        }

        return running;
    }

    private void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            Monitor.Pulse(_gate);
        }
    }

    private (SendOrPostCallback Callback, object? State)? TakeNext()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_posted.TryDequeue(out var posted))
                {
                    return posted;
                }

                if (_hasEnded)
                {
                    return null;
                }

                var next = NextTimer();
                if (next?.Due - GetTimestamp() is not { } rest)
                {
                    Monitor.Wait(_gate);
                }
                else if (rest > 0)
                {
                    Monitor.Wait(_gate, TimeSpan.FromMilliseconds(Math.Ceiling(Math.Min(rest * 1000.0 / TimestampFrequency, int.MaxValue))));
                }
                else
                {
                    Set(next!, next!.Period > TimeSpan.Zero ? After(next.Period) : null, next.Period);
                    return (next.Callback, next.State);
                }
            }
        }
    }

    private LoopTimer? NextTimer()
    {
        LoopTimer? next = null;
        foreach (var timer in _timers)
        {
            if (next is null || timer.Due < next.Due)
            {
                next = timer;
            }
        }

        return next;
    }
}
