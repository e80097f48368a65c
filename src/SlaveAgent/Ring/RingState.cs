namespace SlaveAgent.Ring;

/// <summary>How the slave stands to its ring; the names are stable codes for programs.</summary>
public enum RingState
{
    /// <summary>chmpx does not answer.</summary>
    Unresponsive,

    /// <summary>chmpx has not loaded the generation in place yet, or has to be restarted for it.</summary>
    Loading,

    /// <summary>Every server shows down: they are, or they do not list this slave yet. chmpx tries them again by itself.</summary>
    NotAdmitted,

    /// <summary>A connection is missing, and whether it can be had is not known yet.</summary>
    Connecting,

    /// <summary>Some listed server is connected and another, which is up, is not: chmpx does not try that one again by itself.</summary>
    Partial,

    /// <summary>No listed server is connected any more although one can be reached, and chmpx does not try again by itself.</summary>
    Stranded,

    /// <summary>Connected to every server that is up, and to at least one.</summary>
    Connected,
}
