namespace SlaveAgent.Sandbox.HostTools;

/// <summary>A failure that a tool is to have once, such as a mirror's 503: the next call of the tool with that word among its arguments.</summary>
public sealed record OrderedFailure(string Tool, string Word, int ExitCode, string Message);
