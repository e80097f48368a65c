namespace SlaveAgent.Reconciling;

public enum RingAction
{
    None,

    /// <summary>Write the same configuration under a new number: that alone makes chmpx reload and purge (chmpx.md).</summary>
    Stamp,

    /// <summary>Restart chmpx's unit.</summary>
    Restart,
}
