namespace SlaveAgent.Services;

public enum UnitFindingState
{
    Running,

    /// <summary>A oneshot that ended well.</summary>
    Completed,

    /// <summary>It is stopped and is requested to start, or is starting.</summary>
    Starting,

    /// <summary>Somebody stops it; a start would cancel that.</summary>
    Stopping,

    NotFound,

    /// <summary>It does not exist yet, and packages are still to be installed.</summary>
    AwaitsPackage,

    Masked,

    /// <summary>Such as a template without an instance, or a unit file with an error.</summary>
    Invalid,

    /// <summary>It ended with a failure; it is started again with growing delays.</summary>
    Failed,
}
