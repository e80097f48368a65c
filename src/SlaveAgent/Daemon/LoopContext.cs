namespace SlaveAgent.Daemon;

/// <summary>Brings what was awaited on a <see cref="LoopThread"/> back to it.</summary>
internal sealed class LoopContext(LoopThread loop) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => loop.Post(d, state);

    public override SynchronizationContext CreateCopy() => this;
}
