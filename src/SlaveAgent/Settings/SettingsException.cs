namespace SlaveAgent.Settings;

/// <summary>The settings or the options are invalid; the message is one sentence for the user. The command exits with code 2.</summary>
public sealed class SettingsException(string message) : Exception(message);
