namespace SlaveAgent.Chmpx;

/// <summary>How far moving the data is, for a server's <see cref="ServerAction"/>.</summary>
public enum ServerOperation
{
    Nothing,
    Pending,
    Doing,
    Done,

    /// <summary>None of chmpx 1.0.113's.</summary>
    Unknown,
}
