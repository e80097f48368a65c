using System.Reflection;
using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary>The real agent, as processes on the simulated host. All of their output is kept and searched for the token.</summary>
internal sealed class AgentProgram(string path, HostLayout layout) : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);

    private readonly StringWriter _output = new();
    private CommandTask<CommandResult>? _daemon;

    /// <summary>Where the sandbox's build put the agent. <c>SLAVE_AGENT_PROGRAM</c> names another one, such as the published one or one of another processor.</summary>
    public static string DefaultPath { get; } = Environment.GetEnvironmentVariable("SLAVE_AGENT_PROGRAM") is { Length: > 0 } program
        ? program
        : Path.GetFullPath(Path.Combine(
            Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "AgentDirectory").Value!,
            "k2hdkc-slave-agent"));

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public bool IsRunning => _daemon is { Task.IsCompleted: false };

    /// <summary>How the daemon exited; null while it runs, or was never started.</summary>
    public int? ExitCode => _daemon is { Task.IsCompletedSuccessfully: true } ended ? ended.Task.Result.ExitCode : null;

    /// <summary>Runs one command and waits for it to exit.</summary>
    /// <param name="progress">Told each line of its log as it comes.</param>
    public async Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken, Action<string>? progress = null)
    {
        var result = await Command(arguments)
            .WithStandardInputPipe(input is null ? PipeSource.Null : PipeSource.FromString(input))
            .WithStandardOutputPipe(progress is null ? PipeTarget.Null : PipeTarget.ToDelegate(progress))
            .WithStandardErrorPipe(progress is null ? PipeTarget.Null : PipeTarget.ToDelegate(progress))
            .ExecuteBufferedAsync(cancellationToken);
        var text = result.StandardOutput + result.StandardError;
        Record($"$ {string.Join(' ', arguments)}\n{text}");
        return (result.ExitCode, text);
    }

    /// <summary>Starts the daemon, as systemd would.</summary>
    /// <param name="notifySocket">The socket it reports its state to (sd_notify(3)).</param>
    public void Start(string? notifySocket = null, params string[] options)
    {
        var lines = PipeTarget.ToDelegate(line => Record(line + "\n"));
        _daemon = Command(["run", .. options], notifySocket).WithStandardOutputPipe(lines).WithStandardErrorPipe(lines).ExecuteAsync();
    }

    public async Task KillAsync()
    {
        if (_daemon is { } running)
        {
            ProcessSignal.Send(running.ProcessId, "SIGKILL");
            await running;
        }
    }

    /// <summary>Stops the daemon with SIGTERM and returns how long that took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        if (_daemon is { } running && IsRunning)
        {
            ProcessSignal.Send(running.ProcessId, "SIGTERM");
            if (await Task.WhenAny(running, Task.Delay(StopTimeout)) != running.Task)
            {
                await KillAsync();
            }
        }
        return watch.Elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _output.DisposeAsync();
    }

    private Command Command(IReadOnlyList<string> arguments, string? notifySocket = null) => Cli.Wrap(path)
        .WithArguments([.. arguments, "--root", layout.Root])
        .WithEnvironmentVariables(variables => variables.Set("PATH", layout.SearchPath).Set("NOTIFY_SOCKET", notifySocket))
        .WithValidation(CommandResultValidation.None);

    private void Record(string text)
    {
        lock (_output)
        {
            _output.Write(text);
        }
    }
}
