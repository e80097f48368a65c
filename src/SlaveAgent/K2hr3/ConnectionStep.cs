namespace SlaveAgent.K2hr3;

/// <summary>How far the connection of one request is.</summary>
internal enum ConnectionStep
{
    /// <summary>It was asked for; of a tunnel through a proxy no more is known until that stands.</summary>
    Begun,

    Resolving,

    Connecting,

    /// <summary>An address took the connection, and TLS is being negotiated.</summary>
    Securing,

    /// <summary>The other side has the request, or could.</summary>
    Connected,
}
