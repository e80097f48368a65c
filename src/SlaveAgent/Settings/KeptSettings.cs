using SlaveAgent.Files;

namespace SlaveAgent.Settings;

/// <summary>
/// The settings that the daemon last ran with, for a start at which its files cannot be used: a misspelt setting is to be named, and no slave of a fleet to be left
/// without its agent because of it.
/// </summary>
internal static class KeptSettings
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <param name="options">From the command line; they have precedence.</param>
    /// <returns>Null when there are none, or none that this version knows.</returns>
    public static AgentSettings? TryLoad(HostRoot root, IEnumerable<KeyValuePair<string, SettingValue>> options)
    {
        if (RegularFile.TryRead(root.Agent.KeptSettings) is not { } text || SettingsValues.TryParse(text, root.Agent.KeptSettings) is not { } values)
        {
            return null;
        }

        try
        {
            values.Overlay(options);
            return AgentSettings.From(values);
        }
        catch (SettingsException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">The file could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void Save(HostRoot root, AgentSettings settings)
    {
        if (RegularFile.TryRead(root.Agent.KeptSettings) != settings.Source)
        {
            Directories.MakeOwn(root.Agent.StateDirectory);
            AtomicFile.Write(root.Agent.KeptSettings, settings.Source, OwnerOnly, keepOwner: false);
        }
    }
}
