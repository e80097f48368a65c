namespace SlaveAgent.Settings;

/// <summary>
/// All settings of the agent, from <c>agent.yaml</c>, <c>conf.d/*.yaml</c> and the options; the defaults are defined only in these records.
/// </summary>
/// <param name="Source">All given settings as text: equal for equal settings.</param>
public sealed record AgentSettings(
    K2hr3Settings K2hr3,
    HostSettings Host,
    ConfigurationSettings Configuration,
    PackageSettings Packages,
    ServiceSettings Services,
    SlaveSettings Slave,
    EvidenceSettings Evidence,
    ChmpxSettings Chmpx,
    WatchSettings Watch,
    RetrySettings Retry,
    ReadySettings Ready,
    LogLevel LogLevel,
    string Source)
{
    /// <exception cref="SettingsException">A value has the wrong type, or a name is unknown.</exception>
    public static AgentSettings From(SettingsValues values)
    {
        var settings = new AgentSettings(
            K2hr3Settings.From(values),
            HostSettings.From(values),
            ConfigurationSettings.From(values),
            PackageSettings.From(values),
            ServiceSettings.From(values),
            SlaveSettings.From(values),
            EvidenceSettings.From(values),
            ChmpxSettings.From(values),
            WatchSettings.From(values),
            RetrySettings.From(values),
            ReadySettings.From(values),
            values.Choice("log.level", LogLevel.Information, LogLevels),
            values.ToString());
        values.RefuseUnknown();
        return settings is { Chmpx.Access: ChmpxAccess.All } && !settings.Configuration.Mode.HasFlag(UnixFileMode.OtherRead)
            ? throw new SettingsException(
                SettingsCode.ModeExcludesPrograms,
                "configuration.mode keeps others from reading the configuration, and chmpx.access is all: set the mode to 0644, or the access to group.",
                name: "configuration.mode")
            : settings;
    }

    private static readonly Dictionary<string, LogLevel> LogLevels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["debug"] = LogLevel.Debug,
        ["information"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
    };
}
