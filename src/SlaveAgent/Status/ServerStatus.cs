namespace SlaveAgent.Status;

/// <param name="Address">Name or address and port, as the configuration has them; null where it does not list the server.</param>
/// <param name="State">One of <see cref="ServerStates"/>.</param>
/// <param name="Since">Since when the state, and the connection, have been observed; null where no agent runs.</param>
public sealed record ServerStatus(string Name, string Cuk, int ControlPort, string? Address, string State, DateTimeOffset? Since)
{
    /// <summary>One of its connections in the kernel's table, of a half-open server one that is half-open; null where there is none, or it cannot be told from others.</summary>
    public ServerConnection? Connection { get; init; }
}
