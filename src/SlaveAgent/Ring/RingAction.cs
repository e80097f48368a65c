namespace SlaveAgent.Ring;

/// <summary>The next thing to do about the connection; at most one at a time.</summary>
public enum RingAction
{
    None,

    /// <summary>Write the same configuration under a new number: that alone makes chmpx reload and purge.</summary>
    Stamp,

    /// <summary>Restart chmpx's unit.</summary>
    Restart,

    /// <summary>Ask a connected server which servers it shows up.</summary>
    AskPeer,

    /// <summary>Try whether the port of a listed server accepts a connection: of one that is missing, or of any where none is connected.</summary>
    ProbeServers,

    /// <summary>Try whether a server with a half-open connection accepts another one.</summary>
    ProbeSilent,

    /// <summary>Ask systemd whether a unit that requires chmpx is active.</summary>
    AskDependents,

    /// <summary>Find out whether a disconnected server may be asked to tell the ring its status again, and ask it when it may.</summary>
    RequestStatus,
}
