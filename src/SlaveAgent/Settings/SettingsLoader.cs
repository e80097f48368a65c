using SlaveAgent.Files;

namespace SlaveAgent.Settings;

/// <summary>Reads the settings files, overridden by the options.</summary>
public static class SettingsLoader
{
    /// <param name="file">The main file; optional.</param>
    /// <param name="directory">Directory of further <c>*.yaml</c> files, which override it in the order of their names; optional.</param>
    /// <param name="options">From the command line, by setting name; they have precedence.</param>
    /// <exception cref="SettingsException">A file cannot be read or is invalid.</exception>
    public static AgentSettings Load(string file, string directory, IEnumerable<KeyValuePair<string, SettingValue>> options)
    {
        var values = new SettingsValues();
        foreach (var path in Files(file, directory))
        {
            values.Overlay(SettingsDocument.Read(path, Read(path)));
        }

        values.Overlay(options);
        return AgentSettings.From(values);
    }

    private static IEnumerable<string> Files(string file, string directory)
    {
        if (File.Exists(file))
        {
            yield return file;
        }

        if (Directory.Exists(directory))
        {
            foreach (var path in Directory.EnumerateFiles(directory, "*.yaml").Order(StringComparer.Ordinal))
            {
                yield return path;
            }
        }
    }

    private static string Read(string path)
    {
        try
        {
            return RegularFile.ReadText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(SettingsCode.Unreadable, $"{path} cannot be read ({e.Message.TrimEnd('.')}).", new(path));
        }
    }
}
