using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary><c>history</c> as a process, on a host without a daemon and with settings that nobody can use.</summary>
public sealed class HistoryTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public HistoryTests() => _directory.Put("etc/k2hdkc-slave-agent/agent.yaml", "no: such\n\tsetting");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_host_without_generations_has_none_to_show()
    {
        Assert.Equal(0, (await RunAsync()).ExitCode);
        Assert.Equal(0, (await RunAsync("--json")).ExitCode);
        Assert.Equal(1, (await RunAsync("--diff")).ExitCode);
        Assert.Equal(1, (await RunAsync("7")).ExitCode);
        Assert.Equal(2, (await RunAsync("seven")).ExitCode);
    }

    [Fact]
    public async Task Generations_are_shown_the_newest_first_and_one_alone_where_it_is_asked_for()
    {
        await WriteAsync("svr1", "svr2");
        await WriteAsync("svr2", "svr3");
        using (var json = JsonDocument.Parse((await RunAsync("--json")).Output))
        {
            Assert.Equal([2, 1], json.RootElement.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("generation").GetInt32()));
            Assert.Equal("svr3", json.RootElement.GetProperty("entries")[0].GetProperty("added").GetProperty("names")[0].GetString());
            Assert.Equal("svr1", json.RootElement.GetProperty("entries")[0].GetProperty("removed").GetProperty("names")[0].GetString());
        }

        var all = (await RunAsync()).Output;
        Assert.Contains("svr3", all, StringComparison.Ordinal);
        Assert.Contains("svr1", all, StringComparison.Ordinal);
        var (code, output) = await RunAsync("1");
        Assert.Equal(0, code);
        Assert.DoesNotContain("svr3", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_difference_to_the_generation_before_is_that_of_their_copies()
    {
        await WriteAsync("svr1", "svr2");
        await WriteAsync("svr2", "svr3");
        var (code, output) = await RunAsync("2", "--diff");
        Assert.Equal((0, await RunAsync("--diff")), (code, (code, output)));
        var lines = output.Split('\n').Select(line => string.Concat(line.Where(c => c != ' '))).ToList();
        Assert.Contains("+NAME=svr3", lines);
        Assert.Contains("-NAME=svr1", lines);
        File.Delete(_directory.At("var/lib/k2hdkc-slave-agent/generations/generation-1.ini"));
        Assert.Equal(1, (await RunAsync("2", "--diff")).ExitCode);
    }

    [Fact]
    public async Task A_broken_history_is_said_and_left_to_the_agent()
    {
        TempDirectory.PutAt(_directory.Root.Agent.History, "no json");
        Assert.Equal(1, (await RunAsync()).ExitCode);
        Assert.True(File.Exists(_directory.Root.Agent.History));
    }

    private async Task WriteAsync(params string[] servers) =>
        await new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, TimeProvider.System)
            .WriteAsync(IniReader.Read(SampleIni.With(servers)), null, Cancel);

    private async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var result = await Cli.Wrap(AgentProgram.DefaultPath).WithArguments(["history", .. arguments, "--root", _directory.Path]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Cancel);
        return (result.ExitCode, result.StandardOutput);
    }
}
