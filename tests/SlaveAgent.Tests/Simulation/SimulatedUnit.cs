using SlaveAgent.Hosting;

namespace SlaveAgent.Tests.Simulation;

/// <param name="files">What the unit's files say now; null: it has none that change.</param>
internal sealed class SimulatedUnit(string name, SimulatedWorld world, Func<string>? files = null, string[]? dependents = null)
{
    private string _loaded = files?.Invoke() ?? string.Empty;

    public UnitActiveState Active { get; set; } = UnitActiveState.Inactive;

    public bool IsEnabled { get; set; }

    public UnitLoadState Load_ { get; set; } = UnitLoadState.Loaded;

    public TimeSpan? StartedAt { get; private set; }

    /// <summary>What it was started with; what the files said when they were last loaded.</summary>
    public string StartedWith { get; private set; } = string.Empty;

    public int Starts { get; private set; }

    /// <summary>Runs when it starts; gives whether it may.</summary>
    public Func<bool> OnStart { get; set; } = () => true;

    public Action OnStop { get; set; } = () => { };

    public void Load() => _loaded = files?.Invoke() ?? string.Empty;

    public void Start()
    {
        if (Active == UnitActiveState.Active || Load_ != UnitLoadState.Loaded || !OnStart())
        {
            return;
        }

        (Active, StartedAt, StartedWith) = (UnitActiveState.Active, world.Time.Now, _loaded);
        Starts++;
    }

    public void Stop()
    {
        if (Active == UnitActiveState.Active)
        {
            Active = UnitActiveState.Inactive;
            OnStop();
        }
    }

    public UnitStatus Status() => new(
        name, Load_, Active, Active == UnitActiveState.Active ? "running" : "dead", "success", null, 0, false, _loaded != (files?.Invoke() ?? string.Empty),
        Active == UnitActiveState.Active ? 1 : 0, StartedAt, [.. dependents ?? []])
    {
        FileState = IsEnabled ? "enabled" : "disabled",
        Type = "simple",
    };

    public static UnitStatus NotFound(string name) => new(name, UnitLoadState.NotFound, UnitActiveState.Inactive, "dead", "success", null, 0, false, false, 0, null, []);
}
