using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>
/// packaging/agent.yaml is where settings are described, the records in the code are where their defaults are: both name the same settings and say the same,
/// and the manual page is made from the former.
/// </summary>
public sealed partial class PackagedSettingsTests
{
    private const string Packaged = "packaging/agent.yaml";

    [Fact]
    public void The_packaged_agent_yaml_as_it_is_sets_nothing() =>
        Assert.Empty(SettingsDocument.Read(Packaged, Repository.Read(Packaged)));

    [Fact]
    public void Every_setting_that_the_code_reads_stands_in_the_packaged_agent_yaml_and_no_other() =>
        Assert.Equal(InCode().Select(setting => setting.Name).Distinct().Order(), InFile().Select(setting => setting.Name).Order());

    [Fact]
    public void Each_commented_default_is_the_default_of_the_code()
    {
        var defaults = Text(new SettingsValues());
        var shown = SettingsDocument.Read(Packaged, SwitchedOn());
        Assert.NotEmpty(shown);
        foreach (var (name, value) in shown)
        {
            var values = new SettingsValues();
            values.Overlay([new(name, value)]);
            Assert.True(defaults == Text(values), $"{name} is {string.Join(", ", value.Texts)} in {Packaged} and another one in the code:\n{defaults}\n{Text(values)}");
        }
    }

    [Fact]
    public void Every_setting_that_has_a_default_shows_it()
    {
        var shown = SettingsDocument.Read(Packaged, SwitchedOn());
        var withDefault = InCode().Where(setting => setting.HasDefault).Select(setting => setting.Name).ToList();
        Assert.NotEmpty(withDefault);
        Assert.Empty(withDefault.Except(shown.Keys));
    }

    [Fact]
    public void Every_setting_is_described() => Assert.Empty(InFile().Where(setting => setting.Description.Length < 10).Select(setting => setting.Name));

    [Fact]
    public async Task The_manual_page_has_every_setting_with_its_default_and_description()
    {
        using var script = Process.Start(new ProcessStartInfo("sh", [Repository.At("packaging/man/agent.yaml.5.sh"), Repository.At(Packaged)]) { RedirectStandardOutput = true })!;
        var page = (await script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Replace("\\-", "-", StringComparison.Ordinal);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, script.ExitCode);
        Assert.All(InFile(), setting => Assert.Contains(
            $".TP\n\\fB{setting.Name}\\fR{(setting.Default.Length == 0 ? string.Empty : $" ({setting.Default})")}\n{setting.Description}\n", page, StringComparison.Ordinal));
    }

    private static string SwitchedOn() => CommentedSetting().Replace(Repository.Read(Packaged), "$1");

    private static string Text(SettingsValues values) => JsonSerializer.Serialize(AgentSettings.From(values) with { Source = string.Empty });

    private static IEnumerable<(string Name, bool HasDefault)> InCode() => Repository.Files("src/SlaveAgent/Settings")
        .SelectMany(file => NameInCode().Matches(Repository.Read(file)))
        .Select(match => (match.Groups["name"].Value, match.Groups["kind"].Value is not "Shaped" && (match.Groups["kind"].Value is not ("Text" or "Address" or "Proxy") || match.Groups["next"].Value == ",")));

    private static IEnumerable<(string Name, string Default, string Description)> InFile()
    {
        string section = "", inner = "";
        List<string> description = [];
        foreach (var line in Repository.Read(Packaged).Split('\n'))
        {
            if (SectionLine().Match(line) is { Success: true } found)
            {
                (section, inner) = found.Groups[1].Value == "" ? (found.Groups[2].Value + ".", "") : (section, found.Groups[2].Value + ".");
            }
            else if (CommentedName().Match(line) is { Success: true } setting)
            {
                yield return (section + (setting.Groups[1].Value == "    " ? inner : "") + setting.Groups[2].Value, setting.Groups[3].Value, string.Join(' ', description));
                description.Clear();
            }
            else if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                description.Add(line.Trim().TrimStart('#').Trim());
            }
        }
    }

    [GeneratedRegex("""values\.(?<kind>\w+)\(\s*"(?<name>[a-z0-9_.]+)["](?<next>.)""")]
    private static partial Regex NameInCode();

    [GeneratedRegex("^( +)#([a-z0-9_]+): *(.*)$")]
    private static partial Regex CommentedName();

    [GeneratedRegex("^( *)#(?=[a-z])", RegexOptions.Multiline)]
    private static partial Regex CommentedSetting();

    [GeneratedRegex("^( *)([a-z0-9_]+):$")]
    private static partial Regex SectionLine();
}
