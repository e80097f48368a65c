namespace SlaveAgent.Reconciling;

/// <summary>The steps of the pipeline, in their order; as flags, so that an outcome can ask for others.</summary>
[Flags]
public enum ControllerKinds
{
    None = 0,
    Registration = 1,
    Packages = 2,
    Configuration = 4,
    Services = 8,
    Connection = 16,
    All = 31,
}
