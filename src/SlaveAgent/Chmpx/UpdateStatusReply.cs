namespace SlaveAgent.Chmpx;

/// <summary>What a server answered to UPDATESTATUS.</summary>
public enum UpdateStatusReply
{
    /// <summary>It told the ring.</summary>
    Sent,

    /// <summary>It knows no other server to tell.</summary>
    NothingSent,

    /// <summary>It did not, or could not.</summary>
    Refused,

    /// <summary>Something else than chmpx would answer.</summary>
    Unreadable,
}
