using SlaveAgent.Identity;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary>The command that chmpx's unit asks before each start, as a process: by its exit code alone.</summary>
public sealed class CheckMachineTests : IDisposable
{
    private static readonly Machine Parent = new("4c4c4544-0043-3510-8052-b4c04f4b3332", "3d1219c7c4c5404aaa1f6d2a48adfda4", "i-1");

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task It_passes_without_a_record_and_on_the_same_machine_and_when_the_machine_is_unknown()
    {
        Assert.Equal(0, (await CheckAsync()).ExitCode);
        MachineRecord.Save(_directory.Root, Parent);
        Assert.Equal(0, (await CheckAsync()).ExitCode);
        Put(Parent.ProductUuid!, Parent.InstanceId!);
        Assert.Equal((0, string.Empty), await CheckAsync());
        await File.WriteAllTextAsync(_directory.At("var/lib/k2hdkc-slave-agent/machine.json"), "not json", TestContext.Current.CancellationToken);
        Assert.Equal(0, (await CheckAsync()).ExitCode);
    }

    [Theory]
    [InlineData("0d6e1a5a-95d0-4c3e-8f5e-6b0a6e0c7d11", "i-1", MachineCode.AnotherProduct)]
    [InlineData("4C4C4544-0043-3510-8052-B4C04F4B3332", "i-2", MachineCode.AnotherInstance)]
    public async Task On_a_copy_it_ends_with_1_which_systemd_takes_for_a_start_to_skip_and_names_the_reason(string product, string instance, MachineCode code)
    {
        MachineRecord.Save(_directory.Root, Parent);
        Put(product, instance);

        var (exit, output) = await CheckAsync();

        Assert.Equal(1, exit);
        Assert.Contains($"({code})", output, StringComparison.Ordinal);
    }

    private void Put(string product, string instance)
    {
        _directory.Put("sys/class/dmi/id/product_uuid", product + "\n");
        _directory.Put("etc/machine-id", Parent.MachineId + "\n");
        _directory.Put("var/lib/cloud/data/instance-id", instance + "\n");
    }

    private async Task<(int ExitCode, string Output)> CheckAsync()
    {
        var result = await CliWrap.Buffered.BufferedCommandExtensions.ExecuteBufferedAsync(
            CliWrap.Cli.Wrap(AgentProgram.DefaultPath).WithArguments(["check-machine", "--root", _directory.Path]).WithValidation(CliWrap.CommandResultValidation.None),
            TestContext.Current.CancellationToken);
        return (result.ExitCode, result.StandardOutput + result.StandardError);
    }
}
