namespace SlaveAgent.Chmpx;

/// <summary>Why a server's control port gave no answer.</summary>
public enum ServerFailure
{
    /// <summary>The source address is not this host's any more, or of the other family.</summary>
    SourceUnusable,

    /// <summary>No connection: nobody listens, or no route.</summary>
    NotConnected,

    /// <summary>Connected and cut off, or closed without an answer, as chmpx does with hosts that it does not know.</summary>
    NoAnswer,

    /// <summary>Not over in time.</summary>
    TimedOut,

    /// <summary>More than any ring's status.</summary>
    TooLarge,
}
