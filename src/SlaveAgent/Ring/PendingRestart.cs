namespace SlaveAgent.Ring;

/// <summary>A restart of chmpx that was requested, until another run of it is observed.</summary>
/// <param name="At">Timestamp of the last request.</param>
/// <param name="Times">Requests so far.</param>
public sealed record PendingRestart(long At, int Times);
