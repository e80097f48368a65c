namespace SlaveAgent.Settings;

/// <summary>The k2hdkc/chmpx configuration file.</summary>
/// <param name="Path">Null when not set: override.conf decides, or else <c>/etc/antpickax/k2hdkc.ini</c>.</param>
/// <param name="Resource">The resource's YRN; null: override.conf decides, or else the role's own.</param>
/// <param name="Keep">Number of copies of past generations to keep.</param>
/// <param name="SecondAnswerAfter">How long K2HR3 must keep returning a list that lost more than half of the servers, in as many answers as in <see cref="EvidenceSettings"/>.</param>
public sealed record ConfigurationSettings(string? Path, string? Resource, UnixFileMode Mode, int Keep, TimeSpan SecondAnswerAfter)
{
    /// <summary>Whether the entries of other slaves are written too; chmpx uses them only to authorize control port requests, and each costs CPU time at each poll.</summary>
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
