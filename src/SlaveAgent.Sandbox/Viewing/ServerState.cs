namespace SlaveAgent.Sandbox.Viewing;

/// <summary>Whether a server runs.</summary>
internal enum ServerState
{
    Up,

    /// <summary>It failed, and the ring knows.</summary>
    Down,

    /// <summary>It lost power, and nobody has noticed.</summary>
    Off,

    /// <summary>It runs, and the slave's network does not reach it.</summary>
    Unreachable,
}
