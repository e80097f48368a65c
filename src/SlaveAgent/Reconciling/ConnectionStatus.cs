namespace SlaveAgent.Reconciling;

/// <summary>The connection to the cluster as a fact for programs.</summary>
/// <param name="State"><c>connected</c>, <c>degraded</c>, <c>disconnected</c> or <c>not-a-slave</c>.</param>
/// <param name="Reason">A stable code: a <see cref="RingState"/>, <c>NoConfiguration</c> or <c>NotASlave</c>.</param>
/// <param name="Missing">Listed servers that are up and not connected, by name.</param>
/// <param name="RestartNeeds">What chmpx takes only at its start and has not taken yet.</param>
/// <param name="Unit">chmpx's unit as systemd shows it, while chmpx does not answer; null otherwise.</param>
/// <param name="UnitLastLines">Its last lines in the journal.</param>
/// <param name="Warnings">What a person should know of the role's resource.</param>
public sealed record ConnectionStatus(
    string State,
    string Reason,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> RestartNeeds,
    string? Unit,
    string? UnitLastLines,
    IReadOnlyList<string> Warnings)
{
    private const int MostWarnings = 20;

    /// <param name="isSlave">False where the role has no slave configuration.</param>
    public static ConnectionStatus Of(RingMemory ring, bool isSlave, bool hasConfiguration)
    {
        var (state, reason) = !isSlave ? ("not-a-slave", "NotASlave")
            : !hasConfiguration || ring.Verdict is null ? ("disconnected", "NoConfiguration")
            : (StateOf(ring.Verdict), ring.Verdict.State.ToString());
        return new ConnectionStatus(
            state,
            reason,
            ring.Verdict?.Missing ?? [],
            [.. ring.RestartNeeds.Select(need => need.ToString())],
            ring.Unit?.ToString(),
            ring.Unit?.LastLines,
            [.. ring.ResourceWarnings.Take(MostWarnings).Select(warning => warning.ToString())]);
    }

    private static string StateOf(RingVerdict verdict) => verdict.State switch
    {
        RingState.Connected => "connected",
        RingState.Partial or RingState.Connecting => "degraded",
        _ => "disconnected",
    };
}
