namespace SlaveAgent.Settings;

/// <summary>The k2hdkc/chmpx configuration file.</summary>
/// <param name="Path">Null when not set: then override.conf decides, else <c>/etc/antpickax/k2hdkc.ini</c>.</param>
/// <param name="Resource">The resource's YRN; null: override.conf decides, else the role's own.</param>
/// <param name="Keep">How many copies of past generations stay.</param>
/// <param name="SecondAnswerAfter">How long K2HR3 has to go on giving a list that lost more than half of the servers, by as many answers as <see cref="EvidenceSettings"/> says.</param>
public sealed record ConfigurationSettings(string? Path, string? Resource, UnixFileMode Mode, int Keep, TimeSpan SecondAnswerAfter)
{
    /// <summary>Whether the entries of other slaves are written too; chmpx uses them only for who may ask its control port, and each costs it CPU at each poll.</summary>
    public bool KeepsOtherSlaves { get; init; }

    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static ConfigurationSettings From(SettingsValues values) => new(
        values.Text("configuration.path"),
        values.Text("configuration.resource"),
        values.Mode("configuration.mode", ReadableByAll),
        values.Number("configuration.keep", 5, 0, 1000),
        values.Duration("configuration.second_answer_after", TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100)))
    {
        KeepsOtherSlaves = values.Choice("configuration.other_slaves", false, OtherSlaves),
    };

    private static readonly Dictionary<string, bool> OtherSlaves = new(StringComparer.OrdinalIgnoreCase) { ["drop"] = false, ["keep"] = true };
}
