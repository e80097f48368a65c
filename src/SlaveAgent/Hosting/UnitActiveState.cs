namespace SlaveAgent.Hosting;

/// <summary>Whether a unit runs (<c>ActiveState</c>).</summary>
public enum UnitActiveState
{
    /// <summary>None of those below, or missing.</summary>
    Unknown,
    Active,
    Reloading,
    Inactive,
    Failed,
    Activating,
    Deactivating,
}
