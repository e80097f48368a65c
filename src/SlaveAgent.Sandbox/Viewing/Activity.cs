namespace SlaveAgent.Sandbox.Viewing;

/// <summary>What is under way.</summary>
/// <param name="Command">Null: nothing, and the next command can be given.</param>
/// <param name="Progress">What is being waited for.</param>
internal sealed record Activity(string? Command, string? Progress);
