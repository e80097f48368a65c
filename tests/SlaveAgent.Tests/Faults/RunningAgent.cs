using System.Globalization;
using System.Text;
using CliWrap;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Tests.Faults;

/// <summary>An agent that goes on until it is ended; all it says is kept.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private readonly StringBuilder _output = new();
    private readonly CommandTask<CommandResult> _running;

    public RunningAgent(Command command)
    {
        var lines = PipeTarget.ToDelegate(line =>
        {
            lock (_output)
            {
                _output.Append(line).Append('\n');
            }
        });
        _running = command.WithStandardOutputPipe(lines).WithStandardErrorPipe(lines).ExecuteAsync();
    }

    public int Pid => _running.ProcessId;

    public bool HasEnded => _running.Task.IsCompleted;

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

    public async Task UntilAsync(Func<bool> isSo, string otherwise)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Timeout, $"{otherwise}\n{Output}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Whether it has logged anything on this condition.</summary>
    public bool HasLogged(string condition) => Output.Contains($"{condition}: ", StringComparison.Ordinal);

    public void Signal(string signal) => ProcessSignal.Send(Pid, signal);

    public async Task<int> EndedAsync() => (await _running.Task.WaitAsync(Timeout)).ExitCode;

    public async Task KillAsync()
    {
        if (!HasEnded)
        {
            // Under strace the agent is its child: strace that is killed lets go of it, and it would go on for ever.
            var children = await ChildrenAsync();
            Signal("SIGKILL");
            foreach (var child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                ProcessSignal.Send(int.Parse(child, CultureInfo.InvariantCulture), "SIGKILL");
            }
        }

        await _running;
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task<string> ChildrenAsync()
    {
        try
        {
            return await File.ReadAllTextAsync($"/proc/{Pid}/task/{Pid}/children");
        }
        catch (IOException)
        {
            // It ended just now, by itself.
            return string.Empty;
        }
    }
}
