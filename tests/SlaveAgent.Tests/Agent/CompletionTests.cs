using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary>The completions that the packages bring, in the real shells; what fits is the agent's own to say.</summary>
public sealed partial class CompletionTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public CompletionTests()
    {
        // Says what it was called with, when it is not asked to complete.
        var stand = _directory.Put("bin/k2hdkc-slave-agent", $"#!/bin/sh\n[ \"$1\" != complete ] || exec '{AgentProgram.DefaultPath}' \"$@\"\necho \"$@\" >'{_directory.At("part")}' && mv '{_directory.At("part")}' '{_directory.At("called")}'\n");
        File.SetUnixFileMode(stand, (UnixFileMode)0b111_101_101);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    /// <summary>What a person types, a tab as \t, and what the agent is then called with.</summary>
    public static TheoryData<string, string, string> Lines
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var shell in new[] { "bash", "zsh" })
            {
                data.Add(shell, "sta\t--wat\t", "status --watch");
                data.Add(shell, "bootstrap --authentication a\t", "bootstrap --authentication address");
                data.Add(shell, "bootstrap --token-file /etc/hostn\t", "bootstrap --token-file /etc/hostname");
                data.Add(shell, "doctor --root /usr/loc\t", "doctor --root /usr/local");
                data.Add(shell, "doctor --user nobo\t", "doctor --user nobody");
                data.Add(shell, "pause --for inf\t", "pause --for infinity");
                data.Add(shell, "\"status\" --wat\t", "status --watch");
                data.Add(shell, "bootstrap --cuk a\\ b --authentication a\t", "bootstrap --cuk a b --authentication address");
                data.Add(shell, "bootstrap --cuk \"a b\" --authentication a\t", "bootstrap --cuk a b --authentication address");
                data.Add(shell, "bootstrap --api-uri http://k2hr3.test:8080 --authentication a\t", "bootstrap --api-uri http://k2hr3.test:8080 --authentication address");
                data.Add(shell, "bootstrap --token-file ~/my\\ fi\tto\t", "bootstrap --token-file ~/my files/token");
            }

            // With a quote that is open, bash is offered nothing; zsh knows itself what to do with it.
            data.Add("bash", "\"sta\ttus\" --wat\t", "status --watch");
            data.Add("bash", "bootstrap --authentication=a\t", "bootstrap --authentication=address");
            data.Add("zsh", "\"sta\t--wat\t", "status --watch");

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task What_a_person_begins_is_completed(string shell, string typed, string called)
    {
        var path = Environment.GetEnvironmentVariable("PATH")!;
        Assert.SkipUnless(path.Split(':').Any(directory => File.Exists(Path.Join(directory, shell))), $"{shell} is not installed");
        var environment = new Dictionary<string, string?> { ["PATH"] = $"{_directory.At("bin")}:{path}", ["TERM"] = "dumb", ["PS1"] = "$ ", ["HOME"] = _directory.Path, ["ZDOTDIR"] = _directory.Path };
        await using var terminal = Pty.Start(200, 50, environment, [shell, .. shell == "bash" ? ["--norc", "--noprofile", "-i"] : (string[])["-f", "-i"]]);
        terminal.Type(shell == "bash"
            ? $". '{Repository.At("packaging/completions/k2hdkc-slave-agent")}'; echo rea''dy\r"
            : $"fpath=('{Repository.At("packaging/completions")}' $fpath); autoload -Uz compinit; compinit -u -D; echo rea''dy\r");
        _directory.Put("my files/token", string.Empty);
        await terminal.UntilAsync(output => output.Contains("ready", StringComparison.Ordinal), "the shell does not start");
        terminal.Type($"k2hdkc-slave-agent {typed}\r");
        await terminal.UntilAsync(_ => File.Exists(_directory.At("called")), "the agent is not called");

        // zsh takes a slash of its own away again.
        Assert.Equal(called.Replace("~", _directory.Path, StringComparison.Ordinal), (await File.ReadAllTextAsync(_directory.At("called"), Cancel)).TrimEnd('\n', '/'));
    }

    [Theory]
    [InlineData("k2hdkc-slave-agent sta", "status")]
    [InlineData("k2hdkc-slave-agent status --wat", "--watch")]
    [InlineData("k2hdkc-slave-agent bootstrap --authentication a", "address")]
    [InlineData("k2hdkc-slave-agent bootstrap --token-file /etc/hostn", "/etc/hostname")]
    [InlineData("k2hdkc-slave-agent doctor --root /usr/loc", "/usr/local/")]
    [InlineData("k2hdkc-slave-agent doctor --user nobo", "nobody")]
    [InlineData("k2hdkc-slave-agent pause --for inf", "infinity")]
    [InlineData("k2hdkc-slave-agent \"status\" --wat", "--watch")]
    [InlineData("k2hdkc-slave-agent bootstrap --cuk a\\ b --authentication a", "address")]
    [InlineData("k2hdkc-slave-agent \"sta", "")]
    public async Task In_fish_as_well_with_what_each_is_for(string typed, string completed)
    {
        var path = Environment.GetEnvironmentVariable("PATH")!;
        Assert.SkipUnless(path.Split(':').Any(directory => File.Exists(Path.Join(directory, "fish"))), "fish is not installed");
        var result = await Cli.Wrap("fish").WithArguments(["--no-config", "-c", $"source {Repository.At("packaging/completions/k2hdkc-slave-agent.fish")}; complete -C '{typed}'"])
            .WithEnvironmentVariables(new Dictionary<string, string?> { ["PATH"] = $"{_directory.At("bin")}:{path}", ["HOME"] = _directory.Path }).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Cancel);
        Assert.Equal((0, completed), (result.ExitCode, Assert.Single(result.StandardOutput.TrimEnd('\n').Split('\n')).Split('\t')[0]));
    }

    [Fact]
    public async Task Each_command_and_option_that_help_shows_is_offered_and_no_other()
    {
        var commands = await CompleteAsync("");
        Assert.Equal(Names(CommandRow(), await HelpAsync()), commands);
        foreach (var command in commands)
        {
            Assert.Equal(Names(OptionRow(), await HelpAsync(command)).Where(option => option != "--version"), (await CompleteAsync(command, "--")).Where(option => option != "--version"));
        }
    }

    [Theory]
    [InlineData]
    [InlineData("no-such-command", "")]
    [InlineData("run", "--role", "")]
    [InlineData("\"sta")]
    public async Task Where_nothing_fits_nothing_is_offered(params string[] words) => Assert.Empty(await CompleteAsync(words));

    private static async Task<List<string>> CompleteAsync(params string[] words)
    {
        var result = await Cli.Wrap(AgentProgram.DefaultPath).WithArguments(["complete", "--", "k2hdkc-slave-agent", .. words]).ExecuteBufferedAsync(Cancel);
        return [.. result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t')[0])];
    }

    private static async Task<string> HelpAsync(params string[] command) => (await Cli.Wrap(AgentProgram.DefaultPath).WithArguments([.. command, "--help"]).ExecuteBufferedAsync(Cancel)).StandardOutput;

    private static IEnumerable<string> Names(Regex row, string help) => row.Matches(help).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"(?m)(?<=^Commands:\n(?:  .*\n)*)^  ([a-z-]+)")]
    private static partial Regex CommandRow();

    [GeneratedRegex(@"(?m)^  (?:-\S+, )*(--[a-z-]+)")]
    private static partial Regex OptionRow();
}
