using System.Text.RegularExpressions;
using SlaveAgent.Settings;

namespace SlaveAgent.GuestTests;

/// <summary>The packaged agent.yaml and the settings in the code say the same.</summary>
public sealed partial class PackagedSettingsTests
{
    private const string Packaged = "packaging/agent.yaml";

    [Fact]
    public void The_packaged_agent_yaml_as_it_is_sets_nothing() =>
        Assert.Empty(SettingsDocument.Read(Packaged, Repository.Read(Packaged)));

    [Fact]
    public void Every_setting_that_the_code_reads_stands_in_the_packaged_agent_yaml_and_no_other()
    {
        var inCode = Directory.GetFiles(Repository.At("src/SlaveAgent/Settings"), "*.cs")
            .SelectMany(file => NameInCode().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .Where(name => name != "option.name");
        Assert.Equal(inCode.Distinct().Order(), NamesInFile().Order());
    }

    [Fact]
    public void With_every_commented_default_switched_on_the_settings_are_the_defaults()
    {
        var values = new SettingsValues();
        values.Overlay(SettingsDocument.Read(Packaged, SwitchedOn()));
        var packaged = AgentSettings.From(values);
        var defaults = AgentSettings.From(new SettingsValues());
        Assert.Equal(Text(defaults), Text(packaged));
    }

    private static string SwitchedOn() => CommentedSetting().Replace(Repository.Read(Packaged), "$1");

    private static IEnumerable<string> NamesInFile()
    {
        string section = "", inner = "";
        foreach (var line in Repository.Read(Packaged).Split('\n'))
        {
            if (SectionLine().Match(line) is { Success: true } found)
            {
                (section, inner) = found.Groups[1].Value == "" ? (found.Groups[2].Value + ".", "") : (section, found.Groups[2].Value + ".");
            }
            else if (CommentedName().Match(line) is { Success: true } name)
            {
                yield return section + (name.Groups[1].Value == "    " ? inner : "") + name.Groups[2].Value;
            }
        }
    }

    /// <summary>Records print their lists by type only; these are written out.</summary>
    private static string Text(AgentSettings settings) =>
        $"{settings with { Source = "" }} {string.Join(',', settings.Packages.Superseded)} {string.Join(',', settings.Services.Superseded)}"
            .Replace(settings.Packages.Superseded.GetType().ToString(), "", StringComparison.Ordinal)
            .Replace(settings.Services.Superseded.GetType().ToString(), "", StringComparison.Ordinal);

    [GeneratedRegex("""values\.\w+\(\s*"([a-z0-9_.]+)["]""")]
    private static partial Regex NameInCode();

    [GeneratedRegex("^( +)#([a-z0-9_]+):")]
    private static partial Regex CommentedName();

    [GeneratedRegex("^( *)#(?=[a-z])", RegexOptions.Multiline)]
    private static partial Regex CommentedSetting();

    [GeneratedRegex("^( *)([a-z0-9_]+):$")]
    private static partial Regex SectionLine();
}
