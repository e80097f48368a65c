using System.Collections.Immutable;
using SlaveAgent.Hosting;
using SlaveAgent.Services;

namespace SlaveAgent.Diagnosing;

/// <summary>The role's units and chmpx's, with how they last ended and how often they were started again.</summary>
internal sealed class UnitsCheck(DiagnosedHost host) : ICheck
{
    /// <summary>A unit that was started again by itself and has run for longer is over it.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    public string Name => CheckNames.Unit;

    public CheckGroup Group => CheckGroup.Host;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        var units = (host.KeysInForce?.Units ?? []).Where(UnitName.IsValid).Select(UnitName.WithSuffix)
            .Except(host.IsNotASlave ? [] : host.Settings.Services.Superseded)
            .Concat(host.IsNotASlave ? [] : new[] { UnitName.WithSuffix(host.Settings.Chmpx.Unit) })
            .Concat(new[] { AgentUnits.Daemon, AgentUnits.Ready }.Where(unit => !host.IsNotASlave && AgentUnits.FindFile(host.Root, unit) is not null))
            .Distinct().ToImmutableArray();
        if (units.IsEmpty)
        {
            return [CheckResult.Skipped(Name, "the role lists no units")];
        }

        if (host.Systemd.WhyAbsent is { } why)
        {
            return [CheckResult.Skipped(Name, why)];
        }

        return await host.Systemd.ShowAsync(units, cancel) is { } shown
            ? Judge(units, shown, host.Time.GetElapsedTime(0))
            : !SystemdPresence.IsAtWork(host.Root) ? [CheckResult.Skipped(Name, "systemd does not run this host")]
            : [CheckResult.Unknown(Name, "systemctl does not answer") with { Reason = "NoSystemd", Next = "systemctl show" }];
    }

    /// <param name="now">Since the host's boot.</param>
    internal static IReadOnlyList<CheckResult> Judge(ImmutableArray<string> units, ImmutableDictionary<string, UnitStatus> shown, TimeSpan now) =>
        [.. ServicePlan.Make(new ServiceSituation(units, shown, null, null, ArePackagesInstalled: true)).Findings.Select(finding => Judge(finding, shown.GetValueOrDefault(finding.Unit), now).Of(finding.Unit))];

    private static CheckResult Judge(UnitFinding finding, UnitStatus? status, TimeSpan now)
    {
        var next = $"systemctl status {finding.Unit}; journalctl -u {finding.Unit} -n 50";
        var seen = $"{finding}{(status is { Restarts: > 0 } ? $", started again {status.Restarts} times" : string.Empty)}";
        return finding.IsFailing ? CheckResult.Failed(CheckNames.Unit, $"{finding.State}", $"{finding}", next)
            : !finding.IsGood ? CheckResult.Warning(CheckNames.Unit, $"{finding.State}", seen, next)
            : status is { Restarts: > 0, StartedAt: { } at } && now - at < Recent ? CheckResult.Warning(CheckNames.Unit, "StartedAgain", $"{seen}, last {(now - at).TotalSeconds:0} s ago{(status.Exit is { } exit ? $", after {exit}" : string.Empty)}", next)
            : status is { NeedsReload: true } ? CheckResult.Warning(CheckNames.Unit, "NeedsReload", $"{seen}, by an older unit file than the one in place", "systemctl daemon-reload")
            : status is { IsDisabled: true } ? CheckResult.Warning(CheckNames.Unit, "Disabled", $"{seen}, and is not started at the next boot", $"systemctl enable {finding.Unit}")
            : CheckResult.Ok(CheckNames.Unit, seen);
    }
}
