using SlaveAgent.Files;

namespace SlaveAgent.Settings;

/// <summary>Reads the settings' files and lays the options over them.</summary>
public static class SettingsLoader
{
    /// <param name="file">The main file; it may be missing.</param>
    /// <param name="directory">Further <c>*.yaml</c>, laid over it in the order of their names; it may be missing.</param>
    /// <param name="options">From the command line, by setting name; they win.</param>
    /// <exception cref="SettingsException">A file cannot be read or says what cannot be done.</exception>
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
            throw new SettingsException($"{path} cannot be read: {e.Message}");
        }
    }
}
