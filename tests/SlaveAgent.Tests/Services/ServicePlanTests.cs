using System.Collections.Immutable;
using SlaveAgent.Hosting;
using SlaveAgent.Services;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Services;

public sealed class ServicePlanTests
{
    private const string Chmpx = "chmpx.service";

    [Theory]
    [InlineData(UnitActiveState.Active, UnitFindingState.Running)]
    [InlineData(UnitActiveState.Reloading, UnitFindingState.Running)]
    [InlineData(UnitActiveState.Activating, UnitFindingState.Starting)]
    [InlineData(UnitActiveState.Deactivating, UnitFindingState.Stopping)]
    public void What_runs_or_changes_by_itself_needs_no_request(UnitActiveState state, UnitFindingState found)
    {
        var verdict = Make([Units.Of(Chmpx, state)]);
        Assert.Equal(found, Assert.Single(verdict.Findings).State);
        Assert.Empty(verdict.Wanted);
    }

    [Theory]
    [InlineData(UnitActiveState.Inactive, UnitFindingState.Starting)]
    [InlineData(UnitActiveState.Unknown, UnitFindingState.Starting)]
    [InlineData(UnitActiveState.Failed, UnitFindingState.Failed)]
    public void What_is_stopped_or_failed_is_started(UnitActiveState state, UnitFindingState found)
    {
        var verdict = Make([Units.Of(Chmpx, state)]);
        Assert.Equal(found, Assert.Single(verdict.Findings).State);
        Assert.Equal([new UnitAction(UnitActionKind.Start, Chmpx)], verdict.Wanted);
    }

    [Fact]
    public void What_systemd_starts_again_after_a_failure_is_failing_and_needs_no_request()
    {
        var verdict = Make([Units.Of(Chmpx, UnitActiveState.Activating) with { Result = "exit-code", SubState = "auto-restart" }]);
        Assert.Equal(UnitFindingState.Failed, Assert.Single(verdict.Findings).State);
        Assert.Empty(verdict.Wanted);
    }

    [Theory]
    [InlineData("disabled", true)]
    [InlineData("enabled-runtime", true)]
    [InlineData("linked", true)]
    [InlineData("enabled", false)]
    [InlineData("static", false)]
    [InlineData("alias", false)]
    [InlineData("generated", false)]
    [InlineData("indirect", false)]
    [InlineData("", false)]
    public void What_is_not_started_at_the_next_boot_is_enabled_also_while_it_runs(string fileState, bool isEnabled) =>
        Assert.Equal(isEnabled, Make([Units.Running(Chmpx) with { FileState = fileState }]).Wanted.Contains(new UnitAction(UnitActionKind.Enable, Chmpx)));

    [Fact]
    public void A_unit_is_enabled_before_it_is_started_and_units_come_in_the_roles_order() => Assert.Equal(
        [
            new UnitAction(UnitActionKind.Enable, "b.service"), new UnitAction(UnitActionKind.Start, "b.service"), new UnitAction(UnitActionKind.Start, Chmpx), new UnitAction(UnitActionKind.Start, "a.service"),
        ],
        Make([Units.Stopped("b.service") with { FileState = "disabled" }, Units.Stopped(Chmpx), Units.Stopped("a.service")]).Wanted);

    [Theory]
    [InlineData(UnitLoadState.NotFound, UnitFindingState.NotFound)]
    [InlineData(UnitLoadState.Masked, UnitFindingState.Masked)]
    [InlineData(UnitLoadState.BadSetting, UnitFindingState.Invalid)]
    [InlineData(UnitLoadState.Error, UnitFindingState.Invalid)]
    public void What_cannot_be_started_is_failing_is_requested_nothing_of_and_holds_up_no_other(UnitLoadState load, UnitFindingState found)
    {
        var verdict = Make([Units.Of("a.service", UnitActiveState.Inactive, load) with { FileState = "disabled" }, Units.Stopped(Chmpx)]);
        Assert.Equal([(found, true), (UnitFindingState.Starting, false)], verdict.Findings.Select(finding => (finding.State, finding.IsFailing)));
        Assert.Equal([new UnitAction(UnitActionKind.Start, Chmpx)], verdict.Wanted);
    }

    [Fact]
    public void A_unit_that_systemd_says_nothing_of_is_none()
    {
        var verdict = ServicePlan.Make(new ServiceSituation(["template@.service", Chmpx], Observed([Units.Stopped(Chmpx)]), Chmpx, null, true));
        Assert.Equal(UnitFindingState.Invalid, verdict.Findings[0].State);
        Assert.Equal([new UnitAction(UnitActionKind.Start, Chmpx)], verdict.Wanted);
    }

    [Theory]
    [InlineData(true, UnitFindingState.NotFound)]
    [InlineData(false, UnitFindingState.AwaitsPackage)]
    public void A_missing_unit_may_come_with_a_package(bool arePackagesInstalled, UnitFindingState found)
    {
        var finding = Make([Units.Of("a.service", UnitActiveState.Inactive, UnitLoadState.NotFound)], arePackagesInstalled: arePackagesInstalled).Findings.Single();
        Assert.Equal((found, arePackagesInstalled, false), (finding.State, finding.IsFailing, finding.IsGood));
    }

    [Theory]
    [InlineData("oneshot", "success", true, UnitFindingState.Completed)]
    [InlineData("oneshot", "success", false, UnitFindingState.Starting)]
    [InlineData("oneshot", "exit-code", true, UnitFindingState.Starting)]
    [InlineData("simple", "success", true, UnitFindingState.Starting)]
    public void A_oneshot_that_has_run_in_this_boot_and_ended_well_is_done(string type, string result, bool hasRun, UnitFindingState found)
    {
        var verdict = Make([Units.Stopped("a.service") with { Type = type, Result = result, StartedAt = hasRun ? TimeSpan.FromSeconds(3) : null }]);
        Assert.Equal(found, verdict.Findings.Single().State);
        Assert.Equal(found != UnitFindingState.Completed, verdict.Wanted.Length == 1);
        Assert.Equal(found == UnitFindingState.Completed, verdict.Findings.Single().IsGood);
    }

    [Theory]
    [InlineData("oneshot", "success", "static", false, UnitFindingState.Completed)]
    [InlineData("oneshot", "success", "static", true, UnitFindingState.Starting)]
    [InlineData("oneshot", "success", "enabled", false, UnitFindingState.Starting)]
    [InlineData("oneshot", "exit-code", "static", false, UnitFindingState.Starting)]
    [InlineData("simple", "success", "static", false, UnitFindingState.Starting)]
    public void A_oneshot_that_systemd_has_forgotten_is_done_once_it_was_started(string type, string result, string file, bool isSkipped, UnitFindingState found)
    {
        var unit = Units.Stopped("a.service") with { Type = type, Result = result, FileState = file, IsSkipped = isSkipped, StartedAt = null };
        var verdict = ServicePlan.Make(new ServiceSituation(["a.service"], ImmutableDictionary<string, UnitStatus>.Empty.Add("a.service", unit), null, null, true) { Done = ["a.service"] });
        Assert.Equal(found, verdict.Findings.Single().State);
    }

    [Fact]
    public void Of_an_alias_the_unit_itself_is_enabled_for_systemctl_refuses_the_alias() => Assert.Equal(
        [new UnitAction(UnitActionKind.Enable, "ssh.service"), new UnitAction(UnitActionKind.Start, "sshd.service")],
        Make([Units.Stopped("sshd.service") with { Id = "ssh.service", FileState = "disabled" }]).Wanted);

    [Fact]
    public void Units_are_loaded_again_first_while_systemd_says_of_any_that_it_needs_to()
    {
        var verdict = Make([Units.Stopped(Chmpx), Units.Running("a.service") with { NeedsReload = true }]);
        Assert.Equal([new UnitAction(UnitActionKind.ReloadUnits, string.Empty), new UnitAction(UnitActionKind.Start, Chmpx)], verdict.Wanted);
    }

    [Theory]
    [InlineData(10, 5, true, false, true)]
    [InlineData(10, 10, true, false, true)]
    [InlineData(10, 11, true, true, false)]
    [InlineData(10, 5, false, false, false)]
    public void A_chmpx_that_was_started_before_its_unit_changed_does_not_run_by_it(int changedAt, int startedAt, bool needsRestart, bool isInForce, bool isRestarted)
    {
        var verdict = Make([Units.Running(Chmpx, TimeSpan.FromSeconds(startedAt))], new UnitChange(TimeSpan.FromSeconds(changedAt), needsRestart, IsDirect: true));
        Assert.Equal(isInForce, verdict.IsChangeInForce);
        Assert.Equal(isRestarted, verdict.Wanted.SequenceEqual([new UnitAction(UnitActionKind.Restart, Chmpx)]));
        Assert.Equal(isRestarted, !verdict.Wanted.IsEmpty);
    }

    [Fact]
    public void A_chmpx_that_was_started_before_systemd_loaded_the_change_does_not_run_by_it() =>
        Assert.False(Make([Units.Running(Chmpx, TimeSpan.FromSeconds(11)) with { NeedsReload = true }], new UnitChange(TimeSpan.FromSeconds(10), NeedsRestart: true, IsDirect: true)).IsChangeInForce);

    [Fact]
    public void It_is_not_restarted_before_systemd_has_loaded_the_change_nor_while_it_starts()
    {
        var change = new UnitChange(TimeSpan.FromSeconds(10), NeedsRestart: true, IsDirect: true);
        Assert.Equal([new UnitAction(UnitActionKind.ReloadUnits, string.Empty)], Make([Units.Running(Chmpx) with { NeedsReload = true }], change).Wanted);
        Assert.Empty(Make([Units.Of(Chmpx, UnitActiveState.Activating) with { StartedAt = TimeSpan.FromSeconds(1) }], change).Wanted);
    }

    [Fact]
    public void A_chmpx_that_does_not_run_will_start_by_the_change()
    {
        var verdict = Make([Units.Stopped(Chmpx)], new UnitChange(TimeSpan.FromSeconds(10), NeedsRestart: true, IsDirect: true));
        Assert.True(verdict.IsChangeInForce);
        Assert.Equal([new UnitAction(UnitActionKind.Start, Chmpx)], verdict.Wanted);
    }

    [Fact]
    public void A_chmpx_that_the_role_does_not_list_is_restarted_and_never_started()
    {
        var change = new UnitChange(TimeSpan.FromSeconds(10), NeedsRestart: true, IsDirect: true);
        Assert.Equal([new UnitAction(UnitActionKind.Restart, Chmpx)], ServicePlan.Make(new ServiceSituation([], Observed([Units.Running(Chmpx)]), Chmpx, change, true)).Wanted);
        Assert.Empty(ServicePlan.Make(new ServiceSituation([], Observed([Units.Stopped(Chmpx)]), Chmpx, change, true)).Wanted);
    }

    private static ServiceVerdict Make(IReadOnlyList<UnitStatus> units, UnitChange? change = null, bool arePackagesInstalled = true) =>
        ServicePlan.Make(new ServiceSituation([.. units.Select(unit => unit.Name)], Observed(units), Chmpx, change, arePackagesInstalled));

    private static ImmutableDictionary<string, UnitStatus> Observed(IReadOnlyList<UnitStatus> units) => units.ToImmutableDictionary(unit => unit.Name, StringComparer.Ordinal);
}
