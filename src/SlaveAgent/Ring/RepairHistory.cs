namespace SlaveAgent.Ring;

/// <summary>The restarts of one cause since its reason was last gone.</summary>
/// <param name="Restarts">All of them.</param>
/// <param name="SinceRestart">Since the last; <see cref="TimeSpan.MaxValue"/> before the first.</param>
/// <param name="LateRestarts">Of them those after the deadline by which a slave should be connected to all.</param>
public sealed record RepairHistory(int Restarts, TimeSpan SinceRestart, int LateRestarts = 0)
{
    public static RepairHistory None { get; } = new(0, TimeSpan.MaxValue);
}
