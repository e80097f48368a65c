using System.Collections.Immutable;
using SlaveAgent.Hosting;

namespace SlaveAgent.Services;

/// <summary>
/// What is to be requested so that the ready target, and what requires it, run on a connected slave: each until it was seen once in this boot, and never after
/// somebody stopped it. What systemd skips on the connected slave, by a condition of the unit's own, is left as after any start: systemd does not try it again either. Pure.
/// </summary>
public static class ReadyPlan
{
    /// <param name="target">The ready target as systemd shows it.</param>
    /// <param name="dependents">The units that require the target.</param>
    public static (ReadyMemory Memory, ImmutableArray<UnitAction> Wanted) Reach(ReadyMemory memory, UnitStatus target, IReadOnlyCollection<UnitStatus> dependents)
    {
        if (memory.IsLeaving)
        {
            // In the place of the stop that may still be queued; only what is seen after this request was accepted counts.
            return (memory, [new UnitAction(UnitActionKind.Start, target.Name)]);
        }

        var isTargetDone = memory.IsTargetDone || target.Active == UnitActiveState.Active;
        var done = memory.Done.Union(dependents.Where(unit => HasBeenStarted(unit, memory.Since) || WasSkipped(unit, target, memory.Since)).Select(unit => unit.Name), StringComparer.Ordinal).ToImmutableArray();
        var wanted = new List<UnitAction>();
        if (!isTargetDone && target.Active != UnitActiveState.Deactivating)
        {
            wanted.Add(new UnitAction(UnitActionKind.Start, target.Name));
        }

        // A service that was to start while the target could not be reached yet, as in a first boot before the host had an identity, was given up by systemd
        // with "dependency failed" and is not tried again by the target's start alone.
        wanted.AddRange(dependents
            .Where(unit => IsAwaited(unit, done) && unit.Active is UnitActiveState.Inactive or UnitActiveState.Failed)
            .Select(unit => new UnitAction(UnitActionKind.Start, unit.Name)));
        return (memory with { IsTargetDone = isTargetDone, Done = done }, [.. wanted]);
    }

    /// <summary>The target, and each unit that requires it and is enabled, has been seen to have started.</summary>
    public static bool IsComplete(ReadyMemory memory, IReadOnlyCollection<UnitStatus> dependents) =>
        memory.IsTargetDone && !dependents.Any(unit => IsAwaited(unit, memory.Done));

    /// <summary>The connection is lost, and the target is to go with it, and come back with it.</summary>
    /// <param name="now">Since the host's boot.</param>
    public static (ReadyMemory Memory, ImmutableArray<UnitAction> Wanted) Leave(UnitStatus target, TimeSpan now) => target.IsActive
        ? (ReadyMemory.Empty with { IsLeaving = true, Since = now }, [new UnitAction(UnitActionKind.Stop, target.Name)])
        : (ReadyMemory.Empty with { Since = now }, []);

    private static bool IsAwaited(UnitStatus unit, IReadOnlyList<string> done) => unit.IsEnabled && unit.Load == UnitLoadState.Loaded && !done.Contains(unit.Name, StringComparer.Ordinal);

    // A unit that was started in this boot and does not run any more was stopped by somebody, or has ended.
    private static bool HasBeenStarted(UnitStatus unit, TimeSpan since) => unit.Active is UnitActiveState.Active or UnitActiveState.Reloading || unit.StartedAt > since;

    // What it was skipped for before the target was started, such as a configuration that was not there yet, may have come since.
    private static bool WasSkipped(UnitStatus unit, UnitStatus target, TimeSpan since) => unit.IsSkipped && unit.CheckedAt > since && unit.CheckedAt >= target.CheckedAt;
}
