namespace SlaveAgent.Services;

public enum UnitActionKind
{
    /// <summary><c>daemon-reload</c>: systemd has not loaded a unit file as it is now.</summary>
    ReloadUnits,

    Enable,

    Start,

    /// <summary>Only of a unit that runs.</summary>
    Restart,

    Stop,
}
