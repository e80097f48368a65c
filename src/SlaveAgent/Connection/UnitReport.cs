using SlaveAgent.Hosting;

namespace SlaveAgent.Connection;

/// <summary>What systemd says of chmpx's unit, with the unit's last lines in the journal.</summary>
public sealed record UnitReport(UnitStatus Status, string LastLines)
{
    /// <summary>For a message: state, how it last ended, and how often systemd started it again.</summary>
    public override string ToString()
    {
        var exit = Status.Exit is { } ended ? $", {ended}" : string.Empty;
        var restarts = Status.Restarts > 0 ? $", started again {Status.Restarts} times" : string.Empty;
        var skipped = Status.IsSkipped ? ", its start was skipped because a condition or an assertion was not met" : string.Empty;
        return $"{Status.Name} is {Status.Active.ToString().ToLowerInvariant()} ({Status.SubState}{exit}{restarts}{skipped})";
    }
}
