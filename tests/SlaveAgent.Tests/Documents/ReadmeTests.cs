using System.Text;
using System.Text.RegularExpressions;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>README.md stays a page that is read in a few minutes, and knows the commands that there are.</summary>
public sealed partial class ReadmeTests
{
    private const int Most = 8192;

    [Fact]
    public void It_has_at_most_8_KB() => Assert.InRange(Encoding.UTF8.GetByteCount(Repository.Read("README.md")), 1, Most);

    [Fact]
    public void Its_first_two_commands_are_the_sandbox_and_the_tests() => Assert.Equal(
        ["dotnet run --project src/SlaveAgent.Sandbox", "dotnet test"],
        CommandLines().Take(2));

    [Fact]
    public void Its_table_of_commands_has_each_one_that_help_shows()
    {
        var shown = Commands().Where(command => !command.IsHidden && command.Name != "version").Select(command => command.Name).Order();
        Assert.Equal(shown, CommandRow().Matches(Repository.Read("README.md")).Select(match => match.Groups[1].Value).Order());
    }

    [Fact]
    public void The_manual_page_explains_every_command()
    {
        var page = Repository.Read("packaging/man/k2hdkc-slave-agent.8").Replace("\\-", "-", StringComparison.Ordinal);
        Assert.All(Commands(), command => Assert.Matches($@"(?m)^\.BR? {command.Name}\b", page));
    }

    /// <summary>Indented lines that begin with a program, as a reader would take them over.</summary>
    private static IEnumerable<string> CommandLines() => Repository.Read("README.md").Split('\n')
        .Where(line => line.StartsWith("    dotnet ", StringComparison.Ordinal)).Select(line => line.Trim());

    private static List<(string Name, bool IsHidden)> Commands()
    {
        var commands = Repository.Files("src/SlaveAgent/Commands").SelectMany(file => NewCommand().Matches(Repository.Read(file)))
            .Select(match => (match.Groups[1].Value, match.Groups[2].Success)).ToList();
        Assert.True(commands.Count > 5, $"{commands.Count} commands were found");
        return commands;
    }

    [GeneratedRegex("""new Command\("([a-z-]+)",\s*"[^"]*"\)(\s*\{\s*Hidden = true)?""")]
    private static partial Regex NewCommand();

    [GeneratedRegex(@"^\| `([a-z]+)[ `]", RegexOptions.Multiline)]
    private static partial Regex CommandRow();
}
