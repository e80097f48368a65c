namespace SlaveAgent.Hooks;

/// <summary>What hooks are told of: how this host stands to its cluster, and the generation that it was last connected with.</summary>
/// <param name="State">One of <see cref="Status.ConnectionStates"/>.</param>
/// <param name="Generation">Null while there was none.</param>
/// <param name="Servers">Names of the servers that this generation lists.</param>
public sealed record HookFacts(string State, int? Generation, IReadOnlyList<string> Servers)
{
    /// <summary>What is taken to be known where nothing was told yet: a host that is not connected, and never was.</summary>
    public static HookFacts None { get; } = new(Status.ConnectionStates.Disconnected, null, []);

    /// <summary>Another list of servers comes with another generation.</summary>
    public bool SaysTheSame(HookFacts other) => State == other.State && Generation == other.Generation;
}
