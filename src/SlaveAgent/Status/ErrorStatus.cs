namespace SlaveAgent.Status;

/// <param name="Type">Of the condition.</param>
public sealed record ErrorStatus(string Type, string Reason, string Message, DateTimeOffset At);
