using System.CommandLine;
using SlaveAgent.Benchmarks.Reporting;

namespace SlaveAgent.Benchmarks.Processes;

/// <summary>Measures the agent's executable from outside, against the sandbox, and makes the table of README.md.</summary>
internal static class ProcessCommand
{
    private const string ShellPoll = "tests/SlaveAgent.Benchmarks/Processes/shell-poll";

    public static Command Create()
    {
        var agent = new Option<string>("--agent")
        {
            Description = "The executable; published with dotnet publish src/SlaveAgent -c Release -r linux-x64 -o artifacts/agent",
            HelpName = "PATH",
            DefaultValueFactory = _ => Repository.At("artifacts/agent/k2hdkc-slave-agent"),
        };
        var beside = new Option<string>("--beside")
        {
            Description = "Another tool's poll, run turn by turn with the agent's own; the host's files are under $SANDBOX_ROOT. By default a poll in shell",
            HelpName = "COMMAND",
            DefaultValueFactory = _ => Repository.At(ShellPoll),
        };
        var events = new Option<int>("--events") { Description = "Servers that join while the time to the configuration is taken", DefaultValueFactory = _ => 104 };
        var looks = new Option<int>("--looks") { Description = "Looks at the ring before the memory is read; a day has 86,400", DefaultValueFactory = _ => 86_400 };
        var only = new Option<string[]>("--only") { Description = $"Some of: {string.Join(", ", Measurements.All)}", AllowMultipleArgumentsPerToken = true };
        var command = new Command("process", "CPU, memory, switches, system calls and latencies of the agent as a process; writes results/process.json and plots")
        {
            agent, beside, events, looks, only,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var path = Path.GetFullPath(parsed.GetRequiredValue(agent));
            if (!File.Exists(path))
            {
                await Console.Error.WriteLineAsync($"There is no agent at {path}: dotnet publish src/SlaveAgent -c Release -r linux-x64 -o artifacts/agent");
                return 2;
            }

            var measurements = new Measurements(path, parsed.GetRequiredValue(beside), parsed.GetValue(events), parsed.GetValue(looks), new Report(Console.Out));
            await measurements.RunAsync(parsed.GetValue(only) is { Length: > 0 } some ? some : Measurements.All, cancel);
            return 0;
        });
        return command;
    }
}
