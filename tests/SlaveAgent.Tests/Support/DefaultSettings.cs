using SlaveAgent.Settings;

namespace SlaveAgent.Tests.Support;

/// <summary>The settings of a host on which nothing was set.</summary>
internal static class DefaultSettings
{
    public static SlaveSettings Slave { get; } = SlaveSettings.From(new SettingsValues());
}
