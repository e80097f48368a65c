namespace SlaveAgent.Sandbox.Systemd;

/// <summary>systemd's active states.</summary>
public enum UnitState
{
    Inactive,
    Activating,
    Active,
    Deactivating,
    Failed,
}
