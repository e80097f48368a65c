namespace SlaveAgent.Reconciling;

/// <summary>What the agent knows, for <c>status</c> and whoever reads the status file. Never holds a secret.</summary>
/// <param name="Phase">One word: see <see cref="StatusBoard"/>.</param>
/// <param name="Since">Since when the phase lasts.</param>
/// <param name="Generation">Of the configuration in place; null without one.</param>
/// <param name="Loaded">What chmpx has loaded; null while it does not answer.</param>
/// <param name="LastAnswer">When K2HR3 last answered, in the file up to five minutes earlier while it goes on answering; null when it never did.</param>
/// <param name="LastError">The last failure of a step, also when it is over.</param>
public sealed record AgentStatus(
    string Phase,
    string Message,
    DateTimeOffset Since,
    int Pid,
    string Version,
    string? Role,
    string ConfigurationFile,
    int? Generation,
    int? Loaded,
    IReadOnlyList<ServerStatus> Servers,
    IReadOnlyList<ControllerStatus> Steps,
    DateTimeOffset? LastAnswer,
    ErrorStatus? LastError)
{
    /// <summary>The connection to the cluster; null where nobody watched it yet.</summary>
    public ConnectionStatus? Connection { get; init; }

    /// <summary>It rests on what K2HR3 has not said for long enough, and may yet be otherwise.</summary>
    public bool IsUnconfirmed { get; init; }
}
