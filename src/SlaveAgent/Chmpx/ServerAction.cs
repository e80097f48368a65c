namespace SlaveAgent.Chmpx;

/// <summary>How a server is about to change its place in the ring.</summary>
public enum ServerAction
{
    /// <summary><c>[n/a]</c></summary>
    None,

    /// <summary><c>[ADD]</c></summary>
    Add,

    /// <summary><c>[DELETE]</c></summary>
    Delete,

    /// <summary>None of chmpx 1.0.113's.</summary>
    Unknown,
}
