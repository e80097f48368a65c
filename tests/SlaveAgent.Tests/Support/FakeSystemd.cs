using System.Collections.Immutable;
using SlaveAgent.Hosting;

namespace SlaveAgent.Tests.Support;

/// <summary>
/// systemd's units in memory, which go from state to state as systemd's do: a start of a masked or missing unit fails, a restart of a stopped one does nothing,
/// and a changed file is used once it was loaded. A test can let single calls fail, do nothing, or hang.
/// </summary>
/// <param name="time">Its zero is the host's boot.</param>
internal sealed class FakeSystemd(TimeProvider time) : ISystemd
{
    private readonly Dictionary<string, FakeUnit> _units = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<FakeTrouble>> _troubles = new(StringComparer.Ordinal);
    private readonly List<string> _calls = [];
    private readonly Lock _lock = new();
    private int _lastPid = 100;
    private int _hanging;

    public string? WhyAbsent { get; set; }

    /// <summary>Every call that is to change something, in its order, such as <c>start chmpx.service</c> or <c>daemon-reload</c>.</summary>
    public IReadOnlyList<string> Requests => [.. Calls.Where(call => !call.StartsWith("show ", StringComparison.Ordinal) && !call.StartsWith("journal ", StringComparison.Ordinal))];

    /// <summary>Every call.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>A call waits for what a test lets it wait for.</summary>
    public bool IsHanging => Volatile.Read(ref _hanging) > 0;

    /// <summary>Told of each call before it does anything.</summary>
    public Action? Called { get; set; }

    /// <summary>It does not answer, whatever is asked.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The unit of this name; one that was not there is, from now on, loaded, enabled and stopped.</summary>
    public FakeUnit this[string name]
    {
        get
        {
            if (!_units.TryGetValue(name, out var unit))
            {
                _units[name] = unit = new FakeUnit(name);
            }

            return unit;
        }
    }

    /// <summary>A unit that runs since now.</summary>
    public FakeUnit Run(string name)
    {
        Begin(this[name]);
        return this[name];
    }

    /// <summary>Has the next calls of this kind meet the trouble.</summary>
    public void Let(string call, FakeTrouble trouble, int times = 1)
    {
        if (!_troubles.TryGetValue(call, out var queue))
        {
            _troubles[call] = queue = new Queue<FakeTrouble>();
        }

        for (var i = 0; i < times; i++)
        {
            queue.Enqueue(trouble);
        }
    }

    public int Count(string call) => Calls.Count(made => made == call);

    public async Task<ImmutableDictionary<string, UnitStatus>?> ShowAsync(IReadOnlyCollection<string> units, CancellationToken cancel)
    {
        return await DoAsync($"show {string.Join(' ', units)}", () => { }, cancel) is { IsDone: true } ? units.Where(UnitName.IsValid).Distinct().Where(name => !IsTemplate(name)).ToImmutableDictionary(name => name, StatusOf, StringComparer.Ordinal) : null;
    }

    public async Task<ImmutableArray<string>?> ActiveDependentsAsync(string unit, CancellationToken cancel) =>
        await DoAsync($"show {unit}", () => { }, cancel) is { IsDone: true } ? [.. StatusOf(unit).Dependents.Where(name => StatusOf(name).IsActive)] : null;

    public Task<CommandResult> EnableAsync(string unit, CancellationToken cancel) => OfUnitAsync("enable", unit, found =>
    {
        found.FileState = found.FileState is "disabled" or "enabled-runtime" or "linked" ? "enabled" : found.FileState;
    }, cancel);

    public Task<CommandResult> DisableAsync(string unit, CancellationToken cancel) => OfUnitAsync("disable", unit, found =>
    {
        found.FileState = found.FileState is "enabled" or "enabled-runtime" ? "disabled" : found.FileState;
    }, cancel);

    public Task<CommandResult> StartAsync(string unit, CancellationToken cancel) => OfUnitAsync("start", unit, found =>
    {
        if (found.Active is not (UnitActiveState.Active or UnitActiveState.Activating or UnitActiveState.Reloading))
        {
            Begin(found);
        }
    }, cancel);

    public Task<CommandResult> TryRestartAsync(string unit, CancellationToken cancel) => OfUnitAsync("try-restart", unit, found =>
    {
        if (found.Active is UnitActiveState.Active or UnitActiveState.Activating or UnitActiveState.Reloading)
        {
            Begin(found);
        }
    }, cancel);

    public Task<CommandResult> StopAsync(string unit, CancellationToken cancel) => OfUnitAsync("stop", unit, End, cancel);

    public Task<CommandResult> RequestStopAsync(string unit, CancellationToken cancel) => OfUnitAsync("request-stop", unit, End, cancel);

    public Task<CommandResult> ReloadUnitsAsync(CancellationToken cancel) => DoAsync("daemon-reload", () =>
    {
        foreach (var unit in _units.Values)
        {
            unit.Reload();
        }
    }, cancel);

    public async Task<string> LastLinesAsync(string unit, CancellationToken cancel) =>
        await DoAsync($"journal {unit}", () => { }, cancel) is { IsDone: true } ? $"last lines of {unit}" : string.Empty;

    private static bool IsTemplate(string unit) => unit.Contains("@.", StringComparison.Ordinal);

    private static void End(FakeUnit unit)
    {
        (unit.Active, unit.SubState, unit.MainPid) = (UnitActiveState.Inactive, "dead", 0);
    }

    private void Begin(FakeUnit unit)
    {
        (unit.IsSkipped, unit.CheckedAt) = (unit.HasUnmetCondition, time.GetElapsedTime(0));
        if (unit.IsSkipped)
        {
            return;
        }

        var after = unit.AfterStart ?? (unit.Type == "oneshot" ? UnitActiveState.Inactive : UnitActiveState.Active);
        (unit.Active, unit.StartedAt) = (after, time.GetElapsedTime(0));
        unit.NoteStarted();
        unit.MainPid = after is UnitActiveState.Active or UnitActiveState.Activating ? ++_lastPid : 0;
        (unit.Result, unit.Exit) = after == UnitActiveState.Failed ? ("exit-code", new MainExit(IsSignal: false, 1)) : ("success", unit.Exit);
    }

    private UnitStatus StatusOf(string name) => (_units.GetValueOrDefault(name) ?? new FakeUnit(name) { Load = UnitLoadState.NotFound }).Status;

    private Task<CommandResult> OfUnitAsync(string call, string unit, Action<FakeUnit> act, CancellationToken cancel)
    {
        var status = StatusOf(unit);
        var refusal = IsTemplate(unit) ? new CommandResult(1, $"Unit name {unit} is missing the instance name.\n")
            : status.Load == UnitLoadState.NotFound ? new CommandResult(5, $"Unit {unit} not found.\n")
            : status.Load == UnitLoadState.Masked && call is "start" or "enable" ? new CommandResult(1, $"Unit {unit} is masked.\n")
            : null;
        return DoAsync($"{call} {unit}", () => act(_units[unit]), cancel, refusal);
    }

    private async Task<CommandResult> DoAsync(string call, Action act, CancellationToken cancel, CommandResult? refusal = null)
    {
        FakeTrouble? trouble;
        lock (_lock)
        {
            _calls.Add(call);
            trouble = IsSilent ? FakeTrouble.IsKilled : _troubles.TryGetValue(call, out var queue) && queue.TryDequeue(out var next) ? next : null;
        }

        Called?.Invoke();
        cancel.ThrowIfCancellationRequested();
        if (trouble?.Gate is not { } gate)
        {
            return End(trouble?.Answer ?? refusal, act);
        }

        Interlocked.Increment(ref _hanging);
        try
        {
            await gate.WaitAsync(cancel);
            return End(trouble.Answer ?? refusal, act);
        }
        finally
        {
            Interlocked.Decrement(ref _hanging);
        }
    }

    private CommandResult End(CommandResult? answer, Action act)
    {
        lock (_lock)
        {
            if (answer is null)
            {
                act();
            }
        }

        return answer ?? new CommandResult(0, string.Empty);
    }
}
