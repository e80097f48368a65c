namespace SlaveAgent.Diagnosing;

/// <summary>What <c>doctor --json</c> prints; described in k2hdkc-slave-agent(8). Never holds a secret.</summary>
internal sealed record DiagnosisReport
{
    /// <summary>Rises when a member goes or changes its meaning; new members and new checks may come at any time.</summary>
    public int Schema { get; init; } = 1;

    public string Version { get; init; } = AgentVersion.Text;

    public required DateTimeOffset Time { get; init; }

    /// <summary>The worst of all.</summary>
    public required CheckVerdict Verdict { get; init; }

    public required IReadOnlyList<CheckResult> Checks { get; init; }

    public static DiagnosisReport Of(IReadOnlyList<CheckResult> checks, DateTimeOffset now) =>
        new() { Time = now, Checks = checks, Verdict = checks.Select(check => check.Verdict).DefaultIfEmpty(CheckVerdict.Ok).Max() };
}
