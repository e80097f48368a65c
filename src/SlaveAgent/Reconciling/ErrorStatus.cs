namespace SlaveAgent.Reconciling;

public sealed record ErrorStatus(string Step, string Words, DateTimeOffset At);
