namespace SlaveAgent.Sandbox.Cluster;

/// <summary>chmpx's status flags, with chmpx's own values, so that the control port can show them as it does.</summary>
[Flags]
public enum RingStatus
{
    None = 0,
    Up = 0x1,
    ServiceOut = 0x10,
    ServiceIn = 0x20,
    Add = 0x100,
    Delete = 0x200,
    Pending = 0x1000,
    Doing = 0x2000,
    Done = Pending | Doing,
    Suspend = 0x10000,
}
