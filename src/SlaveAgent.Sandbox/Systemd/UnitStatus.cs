namespace SlaveAgent.Sandbox.Systemd;

/// <summary>A unit at this moment, as the supervisor knows it.</summary>
public sealed record UnitStatus(string Name, UnitState State, bool IsEnabled, int Pid, int Restarts, int? LastExitCode, IReadOnlyList<string> LastLines);
