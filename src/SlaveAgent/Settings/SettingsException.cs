namespace SlaveAgent.Settings;

/// <summary>The settings or the options are invalid; the message is one sentence for the user. The command exits with code 2.</summary>
/// <param name="place">Where it is; null when it is in no single place.</param>
/// <param name="name">The setting; null when it is no single setting.</param>
/// <param name="nearest">The setting that was probably meant.</param>
public sealed class SettingsException(SettingsCode code, string message, SettingPlace? place = null, string? name = null, string? nearest = null) : Exception(message)
{
    public SettingsCode Code => code;

    public SettingPlace? Place => place;

    public string? Name => name;

    public string? Nearest => nearest;
}
