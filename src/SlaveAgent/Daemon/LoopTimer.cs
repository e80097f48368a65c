namespace SlaveAgent.Daemon;

/// <summary>A timer of a <see cref="LoopThread"/>; its callback runs there.</summary>
internal sealed class LoopTimer(LoopThread loop, SendOrPostCallback callback, object? state) : ITimer
{
    public SendOrPostCallback Callback => callback;

    public object? State => state;

    /// <summary>A timestamp of the loop's; null while it is not set. The loop's to change.</summary>
    public long? Due { get; set; }

    public TimeSpan Period { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        loop.Set(this, dueTime == Timeout.InfiniteTimeSpan ? null : loop.After(dueTime), period);
        return true;
    }

    public void Dispose() => loop.Set(this, null, Timeout.InfiniteTimeSpan);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
