using SlaveAgent.Roles;
using SlaveAgent.Settings;

namespace SlaveAgent.Tests.Support;

/// <summary>The settings of a host on which nothing was set.</summary>
internal static class DefaultSettings
{
    public static SlaveSettings Slave { get; } = SlaveSettings.From(new SettingsValues());

    /// <summary>Three answers, five minutes.</summary>
    public static EvidenceSettings Evidence { get; } = EvidenceSettings.From(new SettingsValues());

    public static EvidenceMemory EvidenceOf(TempDirectory directory, TimeProvider time) => new(directory.Root, Evidence, time);
}
