namespace SlaveAgent.Reconciling;

/// <summary>The steps of the pipeline, in their order; as flags, so that an outcome can ask for others.</summary>
[Flags]
public enum Steps
{
    None = 0,
    RegisterHost = 1,
    InstallPackages = 2,
    WriteConfiguration = 4,
    StartServices = 8,
    VerifyConnection = 16,
    All = 31,
}
