namespace SlaveAgent.Sandbox.HostTools;

/// <summary>One call of a host tool, as recorded in the call log.</summary>
public sealed record ToolCall(DateTimeOffset Time, string Tool, IReadOnlyList<string> Arguments);
