using SlaveAgent.Files;

namespace SlaveAgent.Settings;

/// <summary>
/// The settings that may come from the environment: who this host is, which of a container only whoever starts it knows. Options have precedence over them, and they
/// have precedence over the files, which many hosts share.
/// </summary>
public static class SettingsEnvironment
{
    public const string Cuk = "SLAVE_AGENT_CUK";

    public const string Tag = "SLAVE_AGENT_TAG";

    /// <summary>Of a host's name in the DNS, and of a name that K2HR3 keeps.</summary>
    private const int LongestTag = 255;

    /// <param name="variable">Reads a variable; an empty one is none.</param>
    /// <exception cref="SettingsException">One holds what no CUK or tag is.</exception>
    public static IReadOnlyList<KeyValuePair<string, SettingValue>> Read(Func<string, string?> variable) =>
    [
        .. new[] { ("host.cuk", Cuk), ("host.tag", Tag) }
            .Select(pair => (Setting: pair.Item1, Name: pair.Item2, Value: variable(pair.Item2)))
            .Where(found => !string.IsNullOrEmpty(found.Value))
            .Select(found => KeyValuePair.Create(found.Setting, new SettingValue([Checked(found.Name, found.Value!)], PlaceOf(found.Name)))),
    ];

    private static string Checked(string name, string value) =>
        name == Cuk && !HostSettings.IsCuk(value) ? throw Refused(name, value, "has characters that chmpx would misinterpret")
        : name == Tag && (value.Length > LongestTag || value.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))) ? throw Refused(name, value, $"has blanks or control characters, or more than {LongestTag} characters")
        : value;

    private static SettingsException Refused(string name, string value, string why) =>
        new(SettingsCode.BadIdentity, $"{PlaceOf(name)}: {Printable.Of(value)} {why}.", PlaceOf(name), name == Cuk ? "host.cuk" : "host.tag");

    private static SettingPlace PlaceOf(string name) => new($"environment variable {name}");
}
