namespace SlaveAgent.Roles;

/// <summary>
/// What K2HR3's answers to one question go on claiming, where that would be final or take something away. Three answers alone come within two to four seconds, and
/// a store in trouble says nothing else for half a minute or longer, so it is both counted and timed. Pure.
/// </summary>
/// <param name="Claim">A stable text, equal for equal claims.</param>
/// <param name="Answers">How many answers in a row made it.</param>
/// <param name="Since">When the first of them came, on a clock that only grows while the host is up.</param>
public sealed record Evidence(string Claim, int Answers, TimeSpan Since)
{
    /// <summary>What there is after one more answer.</summary>
    /// <param name="claim">What the answer claims; null when it claims nothing, or K2HR3 gave none: whatever was claimed starts over then.</param>
    public static Evidence? After(Evidence? before, string? claim, TimeSpan now) =>
        claim is null ? null
        : before is not null && before.Claim == claim && before.Since <= now ? before with { Answers = before.Answers + 1 }
        : new Evidence(claim, 1, now);

    public bool IsConfirmed(TimeSpan now, int answers, TimeSpan duration) => StageAt(now, answers, duration) == EvidenceStage.Confirmed;

    public EvidenceStage StageAt(TimeSpan now, int answers, TimeSpan duration) =>
        Answers < answers ? EvidenceStage.TooFew
        : RemainingAt(now, duration) > TimeSpan.Zero ? EvidenceStage.Unconfirmed
        : EvidenceStage.Confirmed;

    /// <summary>How much of the time it has to be claimed is still to come; zero when none is.</summary>
    public TimeSpan RemainingAt(TimeSpan now, TimeSpan duration) => Since + duration - now is { Ticks: > 0 } left ? left : TimeSpan.Zero;
}
