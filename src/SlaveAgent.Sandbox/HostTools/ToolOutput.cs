namespace SlaveAgent.Sandbox.HostTools;

/// <summary>What a tool said and how it ended.</summary>
public sealed record ToolOutput(int ExitCode, string Output = "", string Error = "");
