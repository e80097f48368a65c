namespace SlaveAgent.K2hr3;

/// <summary>Why K2HR3 is unavailable; stable, for programs.</summary>
public enum K2hr3Failure
{
    /// <summary>A status that K2HR3 does not use for the request, or a server error.</summary>
    Status,

    /// <summary>A redirect, which is never followed.</summary>
    Redirect,

    /// <summary>A status of success without the expected JSON.</summary>
    InvalidAnswer,

    /// <summary>A JSON answer that says the request failed, with a status of success.</summary>
    Contradiction,

    /// <summary>The request was accepted and not answered within the timeout.</summary>
    Timeout,

    /// <summary>The host name does not resolve, or no resolver answered in time.</summary>
    NameResolution,

    /// <summary>The connection, or TLS over it, was not established in time, or it was refused.</summary>
    Connection,

    /// <summary>The proxy refused to connect to it, or asks for a password.</summary>
    Proxy,

    /// <summary>TLS negotiation failed.</summary>
    Tls,

    /// <summary>The answer exceeds the limit.</summary>
    TooLarge,

    /// <summary>The connection was closed during the exchange, or the answer is not HTTP.</summary>
    Broken,
}
