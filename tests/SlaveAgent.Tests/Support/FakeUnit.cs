using SlaveAgent.Hosting;

namespace SlaveAgent.Tests.Support;

/// <summary>A unit of <see cref="FakeSystemd"/>, as its file makes it and as it runs.</summary>
internal sealed class FakeUnit(string name)
{
    private string? _loaded;

    public string Name => name;

    public UnitLoadState Load { get; set; } = UnitLoadState.Loaded;

    public UnitActiveState Active { get; set; } = UnitActiveState.Inactive;

    public string SubState { get; set; } = string.Empty;

    public string Result { get; set; } = "success";

    public string FileState { get; set; } = "enabled";

    public string Type { get; set; } = "simple";

    public MainExit? Exit { get; set; }

    public int Restarts { get; set; }

    /// <summary>A condition of its file is not met: its starts are skipped.</summary>
    public bool HasUnmetCondition { get; set; }

    public bool IsSkipped { get; set; }

    public TimeSpan? CheckedAt { get; set; }

    public int MainPid { get; set; }

    public TimeSpan? StartedAt { get; set; }

    public IReadOnlyList<string> Dependents { get; set; } = [];

    /// <summary>How its next starts end; null: as its type's does.</summary>
    public UnitActiveState? AfterStart { get; set; }

    /// <summary>A file on the disk that is part of the unit; what it says counts once it was loaded.</summary>
    public string? DropIn { get; set; }

    /// <summary>What the drop-in said by which it was last started; null without one.</summary>
    public string? StartedBy { get; private set; }

    public bool NeedsReload => Text() != _loaded;

    public UnitStatus Status => new(name, Load, Active, SubState, Result, Exit, Restarts, IsSkipped, NeedsReload, MainPid, StartedAt, [.. Dependents])
    {
        FileState = Load is UnitLoadState.NotFound ? string.Empty : FileState,
        Type = Type,
        CheckedAt = CheckedAt,
    };

    public void Reload() => _loaded = Text();

    public void NoteStarted() => StartedBy = _loaded;

    private string? Text() => DropIn is not null && File.Exists(DropIn) ? File.ReadAllText(DropIn) : null;
}
