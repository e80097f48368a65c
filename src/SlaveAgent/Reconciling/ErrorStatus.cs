namespace SlaveAgent.Reconciling;

public sealed record ErrorStatus(string Step, string Message, DateTimeOffset At);
