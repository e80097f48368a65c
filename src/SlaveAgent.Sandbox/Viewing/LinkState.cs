namespace SlaveAgent.Sandbox.Viewing;

/// <summary>A connection between the slave's chmpx and a server.</summary>
internal enum LinkState
{
    None,

    /// <summary>The server itself has it among its connections.</summary>
    Connected,

    /// <summary>Open at the slave's end, and nobody at the other one.</summary>
    Silent,
}
