namespace SlaveAgent.Sandbox.Systemd;

/// <summary>The current status of a unit.</summary>
/// <param name="StartedAt">When its last main process began, by the clock that runs since the boot; null before the first.</param>
public sealed record UnitStatus(string Name, UnitState State, bool IsEnabled, int Pid, int Restarts, int? LastExitCode, TimeSpan? StartedAt, IReadOnlyList<string> LastLines);
