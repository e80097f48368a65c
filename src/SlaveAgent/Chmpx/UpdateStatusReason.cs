namespace SlaveAgent.Chmpx;

/// <summary>Why UPDATESTATUS is sent, not sent or not sent yet. The names are stable.</summary>
public enum UpdateStatusReason
{
    /// <summary>Every condition holds.</summary>
    ConditionsMet,

    /// <summary>A setting says to report only.</summary>
    SwitchedOff,

    /// <summary>This host's chmpx does not list the server, shows it up, or has a socket to it: there is nothing to end.</summary>
    NotDisconnected,

    /// <summary>No other server is connected whose word could be taken.</summary>
    NoReporter,

    /// <summary>This host's clock differs from K2HR3's, so nothing can be said about the age of a server's times.</summary>
    ClockDiffers,

    /// <summary>It was sent as often as it may be.</summary>
    LimitReached,

    /// <summary>It was sent a short time ago.</summary>
    TooSoon,

    /// <summary>An answer to ALLSTATUS is needed, taken now.</summary>
    NeedsReport,

    /// <summary>The connected server does not list the server, or lists several that nothing tells apart.</summary>
    NotReported,

    /// <summary>The connected server does not show the server in service and up: then sending would change the ring.</summary>
    NotInServiceAndUp,

    /// <summary>Data is being moved, or is to be, for some server of the ring.</summary>
    RingIsMoving,

    /// <summary>Some server's status is newer than the limit, or none has a time.</summary>
    RecentUpdate,

    /// <summary>The conditions hold and have to hold again after a random delay, so that the hosts of a fleet do not all send.</summary>
    RandomDelay,
}
