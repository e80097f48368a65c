namespace SlaveAgent.Sandbox.Systemd;

/// <summary>Something that happened to a unit: started, stopped, or exited by itself.</summary>
public sealed record UnitEvent(DateTimeOffset Time, string Unit, string What);
