namespace SlaveAgent.Sandbox.HostTools;

/// <summary>A failure that a tool reports once, such as a mirror's 503: at the next call of the tool with that argument.</summary>
public sealed record ScheduledFailure(string Tool, string Argument, int ExitCode, string Message);
