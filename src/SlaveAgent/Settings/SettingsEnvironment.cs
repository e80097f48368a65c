namespace SlaveAgent.Settings;

/// <summary>
/// The settings that may come from the environment: who this host is, which of a container only whoever starts it knows. Options have precedence over them, and they
/// have precedence over the files, which many hosts share.
/// </summary>
public static class SettingsEnvironment
{
    public const string Cuk = "SLAVE_AGENT_CUK";

    public const string Tag = "SLAVE_AGENT_TAG";

    /// <param name="variable">Reads a variable; an empty one is none.</param>
    public static IReadOnlyList<KeyValuePair<string, SettingValue>> Read(Func<string, string?> variable) =>
    [
        .. new[] { ("host.cuk", Cuk), ("host.tag", Tag) }
            .Select(pair => (Setting: pair.Item1, Name: pair.Item2, Value: variable(pair.Item2)))
            .Where(found => !string.IsNullOrEmpty(found.Value))
            .Select(found => KeyValuePair.Create(found.Setting, new SettingValue([found.Value!], new SettingPlace($"environment variable {found.Name}")))),
    ];
}
