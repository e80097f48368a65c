namespace SlaveAgent.Sandbox.HostTools;

/// <summary>One call of a host tool, as the call log keeps it.</summary>
public sealed record ToolCall(DateTimeOffset Time, string Tool, IReadOnlyList<string> Arguments);
