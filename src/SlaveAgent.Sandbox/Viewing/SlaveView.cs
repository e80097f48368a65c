namespace SlaveAgent.Sandbox.Viewing;

/// <summary>The slave node, as its agent's status has it.</summary>
/// <param name="AgentRuns">False until the host has booted.</param>
/// <param name="ChmpxRuns">Its unit is active.</param>
/// <param name="Connection">A state such as <c>connected</c>; null where there is no status yet.</param>
/// <param name="IsPaused">A person paused the agent.</param>
/// <param name="Written">The generation in place.</param>
/// <param name="Loaded">What chmpx has loaded.</param>
internal sealed record SlaveView(bool AgentRuns, bool ChmpxRuns, string? Connection, bool IsPaused, int? Written, int? Loaded);
