namespace SlaveAgent.Hosting;

/// <summary>Whether systemd knows a unit (<c>LoadState</c>).</summary>
public enum UnitLoadState
{
    /// <summary>None of those below, or missing.</summary>
    Unknown,
    Loaded,
    NotFound,
    Masked,
    BadSetting,
    Error,
}
