namespace SlaveAgent.Hosting;

/// <summary>Whether a unit runs (<c>ActiveState</c>).</summary>
public enum UnitActiveState
{
    /// <summary>None of those below, or not said.</summary>
    Unknown,
    Active,
    Reloading,
    Inactive,
    Failed,
    Activating,
    Deactivating,
}
