namespace SlaveAgent.Chmpx;

/// <summary>One run of chmpx: another value is the proof that it was restarted.</summary>
/// <param name="StartTime">Seconds since 1970, by the clock of this host at that time.</param>
public readonly record struct ChmpxProcess(int Pid, long StartTime);
