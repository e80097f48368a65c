namespace SlaveAgent.Ring;

/// <summary>What a restart of chmpx is for. Each cause has pauses of its own, so that one that does not help does not hold up another.</summary>
public enum RestartCause
{
    /// <summary>chmpx does not answer, does not load the file, or needs a start to take it.</summary>
    Configuration,

    /// <summary>A part of the servers is not connected.</summary>
    Partial,

    /// <summary>No listed server is connected.</summary>
    Stranded,
}
