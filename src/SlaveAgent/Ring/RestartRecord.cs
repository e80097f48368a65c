namespace SlaveAgent.Ring;

/// <summary>The restarts of one cause, as they are kept over restarts of the agent.</summary>
/// <param name="LastAt">Timestamp of the last.</param>
/// <param name="Late">Those after the deadline.</param>
public sealed record RestartRecord(int Count, long LastAt, int Late)
{
    public RestartRecord Next(long now, bool isLate) => new(Count + 1, now, Late + (isLate ? 1 : 0));
}
