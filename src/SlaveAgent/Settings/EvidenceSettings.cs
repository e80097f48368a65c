namespace SlaveAgent.Settings;

/// <summary>How long K2HR3 must repeat an answer that would be final or remove something before the agent acts on it: a failing store gives such answers, too.</summary>
/// <param name="Answers">The number of consecutive answers.</param>
/// <param name="Duration">The minimum time over which they are given. A large shrink has its own time, <see cref="ConfigurationSettings.SecondAnswerAfter"/>.</param>
public sealed record EvidenceSettings(int Answers, TimeSpan Duration)
{
    public static EvidenceSettings From(SettingsValues values) => new(
        values.Number("evidence.answers", 3, 1, 1000),
        values.Duration("evidence.duration", TimeSpan.FromMinutes(5), TimeSpan.Zero));
}
