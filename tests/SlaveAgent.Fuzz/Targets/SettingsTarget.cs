using System.Text;
using SlaveAgent.Settings;

namespace SlaveAgent.Fuzz.Targets;

/// <summary>agent.yaml: settings, or one sentence of what is wrong.</summary>
internal static class SettingsTarget
{
    public static IReadOnlyList<string> Message { get; } =
    [
        "k2hr3:\n", "  api_uri: https://h\n", "  token_file: /t\n", "  timeout: 40s\n", "configuration:\n", "  mode: \"0644\"\n", "  keep: 5\n", "packages:\n", "  superseded: [a, b]\n", "  antpickax:\n",
        "watch.jitter: 20%\n", "log: {level: debug}\n", "- ", ": ", "&a ", "*a", "<<: ", "? ", "|\n", ">-\n", "---\n", "...\n", "%YAML 1.2\n", "!!str ", "!<tag:x> ", "\t", "{", "}", "[", "]", "\"", "'", "\\x",
    ];

    public static void Try(ReadOnlySpan<byte> input)
    {
        try
        {
            var read = SettingsDocument.Read("agent.yaml", Encoding.UTF8.GetString(input));
            foreach (var (name, value) in read)
            {
                Promise.That(name.Length > 0 && value.Texts.All(text => text is not null), "a setting without name or text");
            }

            var settings = AgentSettings.From(Values(read));
            Promise.That(settings.Source == AgentSettings.From(Values(read)).Source, "the same settings are taken for others");
        }
        catch (SettingsException e)
        {
            Promise.That(e.Place is { Source: "agent.yaml" }, $"no file is named: {e.Message}");
        }
    }

    private static SettingsValues Values(IReadOnlyDictionary<string, SettingValue> read)
    {
        var values = new SettingsValues();
        values.Overlay(read);
        return values;
    }
}
