using System.Collections.Immutable;
using SlaveAgent.Hosting;

namespace SlaveAgent.Services;

/// <summary>
/// Compares the role's units as systemd shows them with what they should be, and names the requests that remove the difference. One that cannot be started
/// holds up no other. Pure.
/// </summary>
public static class ServicePlan
{
    public static ServiceVerdict Make(ServiceSituation s)
    {
        var findings = s.Units.Select(unit => Find(unit, s.Observed.GetValueOrDefault(unit), s.ArePackagesInstalled, s.Done.Contains(unit))).ToImmutableArray();
        var chmpx = s.Chmpx is null ? null : s.Observed.GetValueOrDefault(s.Chmpx);
        var isInForce = s.Change is not { } change || chmpx is null || !chmpx.IsActive || chmpx.StartedAt is null || (chmpx.StartedAt > change.At && !chmpx.NeedsReload);
        var wanted = new List<UnitAction>();
        if (s.Observed.Values.Any(unit => unit.NeedsReload))
        {
            wanted.Add(new UnitAction(UnitActionKind.ReloadUnits, string.Empty));
        }

        if (!isInForce && s.Change!.NeedsRestart && !chmpx!.NeedsReload && chmpx.Active != UnitActiveState.Activating)
        {
            wanted.Add(new UnitAction(UnitActionKind.Restart, s.Chmpx!));
        }

        foreach (var finding in findings)
        {
            wanted.AddRange(ActionsFor(finding, s.Observed.GetValueOrDefault(finding.Unit)));
        }

        return new ServiceVerdict([.. wanted], findings, isInForce);
    }

    private static UnitFinding Find(string unit, UnitStatus? status, bool isFinal, bool isDone) => status switch
    {
        null => new UnitFinding(unit, UnitFindingState.Invalid, UnitName.IsTemplate(unit) ? "a template, which needs the name of an instance after its @" : string.Empty),
        { Load: UnitLoadState.NotFound } => new UnitFinding(unit, isFinal ? UnitFindingState.NotFound : UnitFindingState.AwaitsPackage, string.Empty),
        { Load: UnitLoadState.Masked } => new UnitFinding(unit, UnitFindingState.Masked, string.Empty),
        { Load: UnitLoadState.BadSetting or UnitLoadState.Error } => new UnitFinding(unit, UnitFindingState.Invalid, $"systemctl status {unit} tells why"),
        { Active: UnitActiveState.Active or UnitActiveState.Reloading } => new UnitFinding(unit, UnitFindingState.Running, string.Empty),
        { Active: UnitActiveState.Activating, Result: "success" or "" } => new UnitFinding(unit, UnitFindingState.Starting, status.SubState),
        { Active: UnitActiveState.Deactivating } => new UnitFinding(unit, UnitFindingState.Stopping, string.Empty),
        { HasCompleted: true } => new UnitFinding(unit, UnitFindingState.Completed, string.Empty),

        // Only of a unit that no other names does systemd forget that it ran; of any other its not having run is a failed dependency, or an unmet condition.
        { Type: "oneshot", Active: UnitActiveState.Inactive, Result: "success", FileState: "static", IsSkipped: false } when isDone => new UnitFinding(unit, UnitFindingState.Completed, string.Empty),
        { Active: UnitActiveState.Failed or UnitActiveState.Activating } => new UnitFinding(unit, UnitFindingState.Failed, How(status)),
        _ => new UnitFinding(unit, UnitFindingState.Starting, status.IsSkipped ? "its last start was skipped because a condition or an assertion was not met" : string.Empty),
    };

    private static IEnumerable<UnitAction> ActionsFor(UnitFinding finding, UnitStatus? status)
    {
        if (status is null || finding.State is UnitFindingState.NotFound or UnitFindingState.AwaitsPackage or UnitFindingState.Masked or UnitFindingState.Invalid)
        {
            yield break;
        }

        if (status.IsDisabled)
        {
            yield return new UnitAction(UnitActionKind.Enable, status.Id);
        }

        // What systemd itself is starting, again or not, needs no request.
        if (finding.State is UnitFindingState.Starting or UnitFindingState.Failed && status.Active != UnitActiveState.Activating)
        {
            yield return new UnitAction(UnitActionKind.Start, finding.Unit);
        }
    }

    private static string How(UnitStatus status) =>
        string.Join(", ", new[] { status.Exit?.ToString(), status.Exit is null ? status.Result : null, status.Restarts > 0 ? $"started again {status.Restarts} times" : null }.Where(part => part is { Length: > 0 }));
}
