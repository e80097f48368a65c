using SlaveAgent.Files;

namespace SlaveAgent.Settings;

/// <summary>Reads the settings files, overridden by the options.</summary>
public static class SettingsLoader
{
    private static readonly string[] Extensions = [".yaml", ".yml"];

    /// <param name="file">The main file, or one of that name that ends in <c>.yml</c>, which overrides it; optional.</param>
    /// <param name="directory">Directory of further <c>*.yaml</c> and <c>*.yml</c> files, which override it in the order of their names, except hidden ones; optional.</param>
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
        var main = Extensions.Select(extension => Path.ChangeExtension(file, extension)).Where(File.Exists);
        var further = Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory).Where(IsSettings).Order(StringComparer.Ordinal)
            : Enumerable.Empty<string>();
        return main.Concat(further);
    }

    // Hidden ones are an editor's or a half-written copy.
    private static bool IsSettings(string path) =>
        !Path.GetFileName(path.AsSpan()).StartsWith('.') && Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

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
