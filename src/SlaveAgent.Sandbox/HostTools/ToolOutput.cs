namespace SlaveAgent.Sandbox.HostTools;

/// <summary>The output and exit code of a tool.</summary>
public sealed record ToolOutput(int ExitCode, string Output = "", string Error = "");
