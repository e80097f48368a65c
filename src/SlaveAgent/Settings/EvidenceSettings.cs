namespace SlaveAgent.Settings;

/// <summary>For how long K2HR3 has to go on saying what would be final, or take something away, before that is acted on: a store in trouble says the like.</summary>
/// <param name="Answers">So many answers in a row, ...</param>
/// <param name="Duration">... and over so long. A large shrink has a time of its own, <see cref="ConfigurationSettings.SecondAnswerAfter"/>.</param>
public sealed record EvidenceSettings(int Answers, TimeSpan Duration)
{
    public static EvidenceSettings From(SettingsValues values) => new(
        values.Number("evidence.answers", 3, 1, 1000),
        values.Duration("evidence.duration", TimeSpan.FromMinutes(5), TimeSpan.Zero));
}
