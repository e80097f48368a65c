using System.Diagnostics;
using System.Text;
using SlaveAgent.Sandbox;

namespace SlaveAgent.PageTests;

/// <summary><c>slave-agent-sandbox --serve</c> with its page.</summary>
internal sealed class ServedSandbox : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private ServedSandbox(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public static async Task<(ServedSandbox Sandbox, Uri Address)> StartAsync()
    {
        var sandbox = new ServedSandbox(Process.Start(new ProcessStartInfo(SandboxProgram.Path, ["--serve"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!);
        return (sandbox, await sandbox._address.Task.WaitAsync(Limit, TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _reading.WaitAsync(Limit);
        await _process.WaitForExitAsync(CancellationToken.None);
        Assert.True(_process.ExitCode == 0, $"{_output}");
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _output.AppendLine(line);
            if (line.StartsWith("  http://127.0.0.1:", StringComparison.Ordinal))
            {
                _address.TrySetResult(new(line.Trim()));
            }
        }

        _address.TrySetException(new InvalidOperationException($"no address was printed\n{_output}"));
    }
}
