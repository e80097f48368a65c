namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>What is wrong with K2HR3.</summary>
public enum OutageMode
{
    Healthy,

    /// <summary>The API process is gone: connections are refused.</summary>
    Stopped,

    /// <summary>k2hdkc is paused: a 401 about the token, after a while.</summary>
    StorePaused,

    /// <summary>k2hdkc's own chmpx is gone: the same 401, later.</summary>
    StoreCutOff,

    /// <summary>Both chmpx are gone: 500 at once.</summary>
    StoreGone,

    /// <summary>The store went away while a request ran: 404 "Could not get resource data".</summary>
    MidRequest,

    /// <summary>Right answers, late.</summary>
    Slow,

    /// <summary>One status for everything.</summary>
    Status,
}
