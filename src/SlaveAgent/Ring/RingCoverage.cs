namespace SlaveAgent.Ring;

/// <summary>To how many of the listed servers chmpx holds a connection.</summary>
public enum RingCoverage
{
    None,
    Some,
    All,
}
