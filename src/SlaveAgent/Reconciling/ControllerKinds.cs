namespace SlaveAgent.Reconciling;

/// <summary>The controllers, in the order in which those of a lane run; as flags, so that an outcome can trigger others.</summary>
[Flags]
public enum ControllerKinds
{
    None = 0,
    Registration = 1,
    Role = 2,
    Configuration = 4,
    Packages = 8,
    OwnName = 16,
    Services = 32,
    Connection = 64,
    Ready = 128,
    Hooks = 256,
    All = 511,
}
