using CliWrap;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>A real server node on this machine: its INI, its chmpx and its k2hdkc.</summary>
internal sealed class RealNode(int number, string directory) : IServerNode
{
    // chmpx takes about 1.5 s to stop, and may hang while its ring changes.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly List<CommandTask<CommandResult>> _processes = [];
    private int _generation;
    private string _written = "";

    public string Name => $"server-{number}";

    public string Cuk { get; } = $"{Guid.NewGuid()}";

    public int Port { get; } = 18020 + 100 * number;

    public int ControlPort => Port + 1;

    private string File => Path.Combine(directory, $"{Name}.ini");

    /// <summary>Fills the node's own values into the resource and replaces its file if the resource changed.</summary>
    public void Write(string resource)
    {
        if (resource == _written)
        {
            return;
        }
        _written = resource;
        var text = resource
            .Replace("__SELF_INSTANCE_ID__", Cuk, StringComparison.Ordinal)
            .Replace(RealTemplate.OwnControlPort, $"{ControlPort}", StringComparison.Ordinal)
            .Replace("FILEVERSION = 1\n", $"FILEVERSION = {++_generation}\n", StringComparison.Ordinal);
        System.IO.File.WriteAllText(File + ".new", text);
        System.IO.File.Move(File + ".new", File, overwrite: true);
    }

    public void StartChmpx() => Start("chmpx");

    public void StartK2hdkc() => Start("k2hdkc");

    public async Task<bool?> HasSlaveAsync(string cuk, CancellationToken cancellationToken) =>
        await ControlPortClient.AskAsync(ControlPort, "DUMP", cancellationToken) is { } dump && dump.IndexOf("chmpx_slaves ", StringComparison.Ordinal) is var at and >= 0
            ? dump.IndexOf($" = {cuk}\n", at, StringComparison.Ordinal) >= 0
            : null;

    public async Task StopAsync()
    {
        // k2hdkc first, because it uses chmpx's queues.
        foreach (var process in Enumerable.Reverse(_processes).Where(process => !process.Task.IsCompleted))
        {
            ProcessSignal.Send(process.ProcessId, "SIGHUP");
            if (await Task.WhenAny(process, Task.Delay(StopTimeout)) != process.Task)
            {
                ProcessSignal.Send(process.ProcessId, "SIGKILL");
                await process;
            }
        }
        _processes.Clear();
    }

    private void Start(string program) => _processes.Add(Cli.Wrap(program)
        .WithArguments(["-conf", File, "-d", "err"])
        .WithStandardOutputPipe(PipeTarget.ToFile(Path.Combine(directory, $"{Name}.{program}.log")))
        .WithStandardErrorPipe(PipeTarget.ToFile(Path.Combine(directory, $"{Name}.{program}.err")))
        .WithValidation(CommandResultValidation.None)
        .ExecuteAsync());
}
