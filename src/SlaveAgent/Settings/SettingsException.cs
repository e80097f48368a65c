namespace SlaveAgent.Settings;

/// <summary>The settings or the options cannot be used; the message is one sentence for a person. Ends a command with exit code 2.</summary>
public sealed class SettingsException(string message) : Exception(message);
