namespace SlaveAgent.Sandbox.Serving;

/// <summary>What became of a command.</summary>
/// <param name="Refusal">Why it was not begun; null: it was.</param>
/// <param name="Done">Completes when its end was reported; never fails.</param>
/// <param name="IsChange">It may take long, and others are refused or answered meanwhile.</param>
internal sealed record SessionReply(string? Refusal, Task Done, bool IsChange = false);
