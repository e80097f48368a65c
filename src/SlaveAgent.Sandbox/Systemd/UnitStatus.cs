namespace SlaveAgent.Sandbox.Systemd;

/// <summary>The current status of a unit.</summary>
public sealed record UnitStatus(string Name, UnitState State, bool IsEnabled, int Pid, int Restarts, int? LastExitCode, IReadOnlyList<string> LastLines);
