namespace SlaveAgent.Benchmarks.Fleet;

/// <summary>
/// Hours in seconds, and the same each time: one thread runs whatever is due, of thousands of loops, and when nothing is left to do the clock jumps to the
/// next timer.
/// </summary>
internal sealed class VirtualTime : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<(VirtualTimer Timer, int Version), (long Due, long Order)> _timers = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private long _now;
    private long _order;

    public TimeSpan Now => TimeSpan.FromTicks(_now);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public override DateTimeOffset GetUtcNow() => Epoch + Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void After(TimeSpan delay, Action action) => CreateTimer(_ => action(), null, delay, Timeout.InfiniteTimeSpan);

    /// <summary>Begins something that goes on here.</summary>
    public void Start(Func<Task> work) => Post(_ => work(), null);

    public void Pass(TimeSpan time) => RunUntil(Now + time);

    public void RunUntil(TimeSpan end)
    {
        var before = SynchronizationContext.Current;
        var context = new Context(this);
        try
        {
            while (true)
            {
                SynchronizationContext.SetSynchronizationContext(context);
                while (_posted.TryDequeue(out var work))
                {
                    work.Callback(work.State);
                }

                if (!_timers.TryPeek(out var next, out var at) || at.Due > end.Ticks)
                {
                    _now = end.Ticks;
                    return;
                }

                _timers.Dequeue();
                if (next.Timer.Version == next.Version)
                {
                    _now = Math.Max(_now, at.Due);

                    // Without the context what a library awaits goes on at once, and not on the thread pool.
                    SynchronizationContext.SetSynchronizationContext(null);
                    next.Timer.Fire();
                }
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private void Post(SendOrPostCallback callback, object? state) => _posted.Enqueue((callback, state));

    private sealed class Context(VirtualTime time) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => time.Post(d, state);

        public override SynchronizationContext CreateCopy() => this;
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public int Version { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Version++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                time._timers.Enqueue((this, Version), (time._now + dueTime.Ticks, time._order++));
            }

            return true;
        }

        public void Fire()
        {
            if (_period > TimeSpan.Zero)
            {
                Change(_period, _period);
            }

            callback(state);
        }

        public void Dispose() => Version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
