namespace SlaveAgent.Benchmarks.Fleet;

internal enum Answering
{
    Answered,

    /// <summary>No connection, or one that was closed.</summary>
    Refused,

    /// <summary>Not within the client's time.</summary>
    TimedOut,
}
