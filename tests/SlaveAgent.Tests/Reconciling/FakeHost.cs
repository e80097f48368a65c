using SlaveAgent.Reconciling;

namespace SlaveAgent.Tests.Reconciling;

/// <summary>Counts the pulses of the loop, and pauses it where a test says so.</summary>
internal sealed class FakeHost : IReconcilerHost
{
    private int _pulses;
    private bool _isPaused;

    public int Pulses => Volatile.Read(ref _pulses);

    public bool IsPaused
    {
        get => Volatile.Read(ref _isPaused);
        set => Volatile.Write(ref _isPaused, value);
    }

    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(1);

    public void Pulse() => Interlocked.Increment(ref _pulses);
}
