using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using SlaveAgent.Sandbox.HostTools;

namespace SlaveAgent.Sandbox.Systemd;

/// <summary>
/// Simulates systemd on the simulated host: actually starts, restarts and stops the processes of its units, and answers
/// <c>systemctl</c> and <c>journalctl</c> over a socket in the sandbox.
/// </summary>
public sealed class Supervisor : IAsyncDisposable
{
    private readonly HostLayout _layout;
    private readonly TimeSpan _restartDelay;
    private readonly ConcurrentDictionary<string, Unit> _units = new();
    private readonly ConcurrentQueue<UnitEvent> _events = new();
    private readonly ConcurrentDictionary<Task, byte> _jobs = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    /// <param name="restartDelay">The time between an exit and the restart.</param>
    public Supervisor(HostLayout layout, TimeSpan? restartDelay = null)
    {
        _layout = layout;
        _restartDelay = restartDelay ?? TimeSpan.FromMilliseconds(500);
        _listener.Bind(new UnixDomainSocketEndPoint(layout.Socket));
        _listener.Listen(64);
        _accepting = AcceptAsync(_stopping.Token);
    }

    /// <summary>All unit events, oldest first.</summary>
    public IReadOnlyList<UnitEvent> Events => [.. _events];

    public UnitStatus StatusOf(string unit) => UnitOf(unit).Status;

    public Task StartAsync(string unit) => UnitOf(unit).StartAsync();

    public Task StopAsync(string unit) => UnitOf(unit).StopAsync();

    /// <summary>Stops all units, as at shutdown.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_jobs.Keys);
        await Task.WhenAll(_units.Values.Select(unit => unit.StopAsync()));
        foreach (var unit in _units.Values)
        {
            unit.Dispose();
        }
        File.Delete(_layout.Socket);
        _stopping.Dispose();
    }

    private Unit UnitOf(string name)
    {
        var full = name.Contains('.', StringComparison.Ordinal) ? name : name + ".service";
        return _units.GetOrAdd(full, key => new(key, _layout, _restartDelay, (unit, what) => _events.Enqueue(new(DateTimeOffset.UtcNow, unit, what))));
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                Track(ServeAsync(await _listener.AcceptAsync(cancellationToken), cancellationToken));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The host shuts down.
        }
    }

    private void Track(Task job)
    {
        _jobs[job] = 0;
        _ = job.ContinueWith(done => _jobs.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            using var reader = new StreamReader(stream);
            if (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                var request = SupervisorRequest.Read(line);
                var answer = request.Tool == "journalctl" ? Journal(request.Arguments) : await ControlAsync(request.Arguments);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer.Text), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The tool was killed, or the host shuts down.
        }
    }

    private ToolOutput Journal(IReadOnlyList<string> arguments)
    {
        var unit = new Option<string>("-u", "--unit") { DefaultValueFactory = _ => "" };
        var count = new Option<int>("-n", "--lines") { DefaultValueFactory = _ => 10 };
        var command = new Command("journalctl") { unit, count, new Option<string>("-o", "--output"), new Option<bool>("-q", "--quiet"), new Option<bool>("--no-pager") };
        var parsed = command.Parse(arguments);
        var lines = UnitOf(parsed.GetRequiredValue(unit)).Status.LastLines;
        return new(0, string.Concat(lines.TakeLast(parsed.GetValue(count)).Select(line => line + "\n")));
    }

    private async Task<ToolOutput> ControlAsync(IReadOnlyList<string> arguments)
    {
        var noBlock = new Option<bool>("--no-block");
        var now = new Option<bool>("--now");
        var quiet = new Option<bool>("-q", "--quiet");
        var properties = new Option<string[]>("-p", "--property");
        var value = new Option<bool>("--value");
        var words = new Argument<string[]>("words") { Arity = ArgumentArity.ZeroOrMore };
        var parsed = new Command("systemctl") { noBlock, now, quiet, properties, value, words, new Option<bool>("--no-pager") }.Parse(arguments);
        if (parsed.GetValue(words) is not [var verb, .. var names])
        {
            return new(0);
        }
        if (verb == "daemon-reload")
        {
            foreach (var unit in _units.Values)
            {
                unit.Reload();
            }
            return new(0);
        }
        var output = new ToolOutput(0);
        foreach (var unit in names.Select(UnitOf))
        {
            var one = await ControlAsync(verb, unit, parsed.GetValue(noBlock), parsed.GetValue(now),
                (parsed.GetValue(properties) ?? []).SelectMany(list => list.Split(',')).ToList(), parsed.GetValue(value));
            // show prints a block a unit, with an empty line between them.
            var separator = verb == "show" && output.Output.Length > 0 ? "\n" : "";
            output = new(output.ExitCode == 0 ? one.ExitCode : output.ExitCode, output.Output + separator + one.Output, output.Error + one.Error);
        }
        return parsed.GetValue(quiet) ? output with { Output = "" } : output;
    }

    private async Task<ToolOutput> ControlAsync(string verb, Unit unit, bool noBlock, bool now, List<string> properties, bool valueOnly)
    {
        var status = unit.Status;
        var state = status.State.ToString().ToLowerInvariant();
        switch (verb)
        {
            case "is-active":
                return new(status.State == UnitState.Active ? 0 : 3, state + "\n");
            case "is-enabled" when !unit.Exists:
                return new(1, Error: $"Failed to get unit file state for {status.Name}: No such file or directory\n");
            case "is-enabled":
                return new(status.IsEnabled ? 0 : 1, status.IsEnabled ? "enabled\n" : "disabled\n");
            case "show":
                return new(0, Show(unit, status, state, properties, valueOnly));
            case "status":
                return new(status.State == UnitState.Active ? 0 : unit.Exists ? 3 : 4,
                    $"{status.Name}\n   Active: {state}\n Main PID: {status.Pid}\n\n{string.Join('\n', status.LastLines.TakeLast(10))}\n");
            case "start" or "restart" or "try-restart" or "stop" or "enable" or "disable" when !unit.Exists:
                return new(5, Error: verb is "enable" or "disable"
                    ? $"Failed to {verb} unit: Unit file {status.Name} does not exist.\n"
                    : $"Failed to {verb} {status.Name}: Unit {status.Name} not {(verb == "stop" ? "loaded" : "found")}.\n");
            case "enable":
                unit.Enable();
                await RunAsync(now, false, () => unit.StartAsync());
                return new(0);
            case "disable":
                unit.Disable();
                await RunAsync(now, false, unit.StopAsync);
                return new(0);
            case "start":
                await RunAsync(true, noBlock, () => unit.StartAsync());
                return Result(unit, noBlock);
            case "try-restart" when status.State is not (UnitState.Active or UnitState.Activating):
                return new(0);
            case "restart" or "try-restart":
                await RunAsync(true, noBlock, async () =>
                {
                    await unit.StopAsync();
                    await unit.StartAsync();
                });
                return Result(unit, noBlock);
            case "stop":
                await RunAsync(true, noBlock, unit.StopAsync);
                return new(0);
            case "reset-failed":
                return new(0);
            default:
                return new(1, Error: $"Unknown command verb {verb}.\n");
        }
    }

    private async Task RunAsync(bool wanted, bool noBlock, Func<Task> job)
    {
        if (wanted && noBlock)
        {
            Track(Task.Run(job));
        }
        else if (wanted)
        {
            await job();
        }
    }

    private static ToolOutput Result(Unit unit, bool noBlock) => !noBlock && unit.State == UnitState.Failed
        ? new(1, Error: $"Job for {unit.Status.Name} failed because the control process exited with error code.\n")
        : new(0);

    private static string Show(Unit unit, UnitStatus status, string state, List<string> wanted, bool valueOnly)
    {
        var all = new Dictionary<string, string>
        {
            ["Id"] = status.Name,
            ["LoadState"] = unit.Exists ? "loaded" : "not-found",
            ["ActiveState"] = state,
            ["SubState"] = status.State switch { UnitState.Active => "running", UnitState.Activating => unit.IsOneshot ? "start" : "auto-restart", UnitState.Failed => "failed", _ => "dead" },
            ["UnitFileState"] = !unit.Exists ? "" : status.IsEnabled ? "enabled" : "disabled",
            ["Type"] = unit.IsOneshot ? "oneshot" : "simple",
            ["Result"] = status.State == UnitState.Failed ? unit.Result : "success",
            ["NeedDaemonReload"] = unit.NeedsReload ? "yes" : "no",
            ["ExecMainStartTimestampMonotonic"] = ((long)(status.StartedAt?.TotalMicroseconds ?? 0)).ToString(CultureInfo.InvariantCulture),
            ["ConditionResult"] = unit.CheckedAt is null ? "no" : "yes",
            ["ConditionTimestampMonotonic"] = ((long)(unit.CheckedAt?.TotalMicroseconds ?? 0)).ToString(CultureInfo.InvariantCulture),
            ["ExecMainCode"] = status.LastExitCode is null ? "0" : "1",
            ["MainPID"] = status.Pid.ToString(CultureInfo.InvariantCulture),
            ["NRestarts"] = status.Restarts.ToString(CultureInfo.InvariantCulture),
            ["ExecMainStatus"] = $"{status.LastExitCode ?? 0}",
        };
        return string.Concat(all.Where(pair => wanted.Count == 0 || wanted.Contains(pair.Key))
            .Select(pair => valueOnly ? pair.Value + "\n" : $"{pair.Key}={pair.Value}\n"));
    }
}
