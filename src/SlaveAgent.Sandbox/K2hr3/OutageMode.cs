namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>How K2HR3 fails.</summary>
public enum OutageMode
{
    Healthy,

    /// <summary>The API process is down: connections are refused.</summary>
    Stopped,

    /// <summary>k2hdkc is paused: a 401 about the token, after a while.</summary>
    StorePaused,

    /// <summary>k2hdkc's own chmpx is down: the same 401, later.</summary>
    StoreCutOff,

    /// <summary>Both chmpx are down: 500 immediately.</summary>
    StoreGone,

    /// <summary>The store failed while a request ran: 404 "Could not get resource data".</summary>
    MidRequest,

    /// <summary>Correct answers, late.</summary>
    Slow,

    /// <summary>The same status for everything.</summary>
    Status,
}
