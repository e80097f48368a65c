using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Chmpx;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary>The command that chmpx's unit runs as chmpx's user before each start, as a process.</summary>
public sealed class CheckConfigurationTests : IDisposable
{
    private const string Ini = "/etc/antpickax/k2hdkc.ini";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task It_names_what_chmpx_is_about_to_end_on_and_keeps_nothing_from_its_start()
    {
        _directory.Put(Ini, SampleIni.Text);
        Assert.Equal((0, string.Empty), await RunAsync());
        _directory.Put(Ini, SampleIni.Text.Replace("GROUP = ring", "GROUP = a/b", StringComparison.Ordinal));
        var (exit, output) = await RunAsync();
        Assert.Equal(0, exit);
        Assert.Contains(nameof(IniCode.GroupUnusable), output, StringComparison.Ordinal);
        File.Delete(_directory.At(Ini));
        Assert.Contains(nameof(IniCode.FileUnreadable), (await RunAsync()).Output, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Output)> RunAsync()
    {
        var result = await Cli.Wrap(AgentProgram.DefaultPath)
            .WithArguments(["check-configuration", "--configuration", Ini, "--root", _directory.Path])
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(TestContext.Current.CancellationToken);
        return (result.ExitCode, result.StandardOutput + result.StandardError);
    }
}
