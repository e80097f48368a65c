using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary>The command that chmpx's unit runs before each start, as a process.</summary>
public sealed class PrepareChmpxTests : IDisposable
{
    private const string Ini = "/etc/antpickax/k2hdkc.ini";

    private readonly TempDirectory _directory = new();
    private readonly string _unit = Tools.NewUnit();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task It_removes_what_nobody_reads_and_remembers_the_start_for_the_next_one()
    {
        _directory.Put(Ini, "[GLOBAL]\nGROUP = ring\nSELFCTLPORT = 8031\n");
        var queue = _directory.Put("dev/mqueue/ring.4d81a92600000000", string.Empty);
        Restarted(0);
        var (exit, output) = await RunAsync();
        Assert.Equal(0, exit);
        Assert.Contains("ring", output, StringComparison.Ordinal);
        Assert.False(File.Exists(queue));
        Assert.True(File.Exists(_directory.Root.Agent.ChmpxStart));

        Restarted(1);
        Assert.Contains("0.5 s", (await RunAsync()).Output, StringComparison.Ordinal);
        Restarted(0);
        Assert.Equal((0, string.Empty), await RunAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("hello")]
    [InlineData("[GLOBAL]\nGROUP = ../../ring\nSELFCTLPORT = 8031\n")]
    public async Task A_configuration_that_says_nothing_usable_removes_nothing_and_is_no_reason_to_fail(string? ini)
    {
        if (ini is not null)
        {
            _directory.Put(Ini, ini);
        }

        var queue = _directory.Put("dev/mqueue/ring.4d81a92600000000", string.Empty);
        Restarted(0);
        Assert.Equal((0, string.Empty), await RunAsync());
        Assert.True(File.Exists(queue));
    }

    [Theory]
    [InlineData("MAXMQSERVER = 8\nMAXMQCLIENT = 1024\n", 1032)]
    [InlineData("", 8193)]
    [InlineData("MAXMQSERVER = 500\nMAXMQCLIENT = 99999\n", 32_768)]
    [InlineData("MAXMQSERVER = 2\nMAXMQCLIENT = 8\n", 1025)]
    public async Task It_raises_the_limits_of_queues_to_what_the_configuration_asks_for_and_lowers_none(string sizes, int limit)
    {
        _directory.Put(Ini, $"[GLOBAL]\nGROUP = ring\nSELFCTLPORT = 8031\n{sizes}");
        var messages = _directory.Put("proc/sys/fs/mqueue/msg_max", "1025\n");
        var queues = _directory.Put("proc/sys/fs/mqueue/queues_max", "100000\n");
        Restarted(0);
        Assert.Equal(0, (await RunAsync()).ExitCode);
        Assert.Equal($"{limit}", (await File.ReadAllTextAsync(messages, TestContext.Current.CancellationToken)).Trim());
        Assert.Equal("100000", (await File.ReadAllTextAsync(queues, TestContext.Current.CancellationToken)).Trim());
    }

    private void Restarted(int times) => Tools.Show(_unit, $"Id={_unit}\nNRestarts={times}");

    private async Task<(int ExitCode, string Output)> RunAsync()
    {
        var result = await Cli.Wrap(AgentProgram.DefaultPath)
            .WithArguments(["prepare-chmpx", "--unit", _unit, "--configuration", Ini, "--root", _directory.Path])
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(TestContext.Current.CancellationToken);
        return (result.ExitCode, result.StandardOutput + result.StandardError);
    }
}
