using System.Reflection;
using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Sandbox.Story;

/// <summary>The real agent, as processes on the pretended host. All they say is kept, to be searched for the token.</summary>
internal sealed class AgentProgram(string path, HostLayout layout) : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly StringWriter output = new();
    private CommandTask<CommandResult>? daemon;

    /// <summary>Where the sandbox's own build put the agent.</summary>
    public static string DefaultPath { get; } = Path.GetFullPath(Path.Combine(
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "AgentDirectory").Value!,
        "k2hdkc-slave-agent"));

    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    public bool IsRunning => daemon is { Task.IsCompleted: false };

    /// <summary>Runs one command to its end.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken)
    {
        var result = await Command(arguments)
            .WithStandardInputPipe(input is null ? PipeSource.Null : PipeSource.FromString(input))
            .ExecuteBufferedAsync(cancellationToken);
        var text = result.StandardOutput + result.StandardError;
        Say($"$ {string.Join(' ', arguments)}\n{text}");
        return (result.ExitCode, text);
    }

    /// <summary>Starts the daemon, as systemd would.</summary>
    /// <param name="notifySocket">Where it is to tell how it goes (sd_notify(3)).</param>
    public void Start(string? notifySocket = null)
    {
        var lines = PipeTarget.ToDelegate(line => Say(line + "\n"));
        daemon = Command(["run"], notifySocket).WithStandardOutputPipe(lines).WithStandardErrorPipe(lines).ExecuteAsync();
    }

    public async Task KillAsync()
    {
        if (daemon is { } running)
        {
            ProcessSignal.Send(running.ProcessId, "SIGKILL");
            await running;
        }
    }

    /// <summary>Ends the daemon with SIGTERM and tells how long that took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        if (daemon is { } running && IsRunning)
        {
            ProcessSignal.Send(running.ProcessId, "SIGTERM");
            if (await Task.WhenAny(running, Task.Delay(StopPatience)) != running.Task)
            {
                await KillAsync();
            }
        }
        return watch.Elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await output.DisposeAsync();
    }

    private Command Command(IReadOnlyList<string> arguments, string? notifySocket = null) => Cli.Wrap(path)
        .WithArguments([.. arguments, "--root", layout.Root])
        .WithEnvironmentVariables(variables => variables.Set("PATH", layout.SearchPath).Set("NOTIFY_SOCKET", notifySocket))
        .WithValidation(CommandResultValidation.None);

    private void Say(string text)
    {
        lock (output)
        {
            output.Write(text);
        }
    }
}
