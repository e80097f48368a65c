using System.Collections.Immutable;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Packages;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;
using SlaveAgent.Settings;

namespace SlaveAgent.Services;

/// <summary>
/// Enables and starts the role's units in their order; on a slave node only once there is a configuration for chmpx, and chmpx only with its user. Each request
/// is repeated until systemd shows its effect.
/// </summary>
/// <param name="chmpxUnit">The unit that runs chmpx.</param>
/// <param name="controlPort">Of its own: it asks while another controller may be asking.</param>
/// <param name="arePackagesInstalled">Whether packages are still to come, with which a unit may come.</param>
/// <param name="noteRestart">Called before chmpx is restarted: its end is then the agent's own doing.</param>
public sealed class ServiceController(
    RoleMemory role,
    ConfigurationFile file,
    RingMemory ring,
    ChmpxAccount account,
    ChmpxUnitFiles unitFiles,
    ISystemd systemd,
    ServiceSettings settings,
    string chmpxUnit,
    IControlPort controlPort,
    Func<bool> arePackagesInstalled,
    Action noteRestart,
    HostRoot root,
    TimeProvider time,
    HoldKeeper? holds = null) : IController
{
    /// <summary>After a request its effect is checked so soon, and then ever more rarely.</summary>
    private static readonly TimeSpan FirstRecheck = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRecheck = TimeSpan.FromSeconds(30);

    /// <summary>Users and groups hardly ever go; while nothing is to be started they are not checked more often.</summary>
    private static readonly TimeSpan AccountLifetime = TimeSpan.FromHours(1);

    private const int MostQuestions = 3;

    private readonly UnitRequester _requests = new(systemd, time);
    private StartedOneshots _oneshots = StartedOneshots.Load(root);
    private (IReadOnlyList<ChmpxUser> Candidates, long At)? _account;
    private int _rechecks;

    /// <summary>Runs in a row in which a unit could not be started at all.</summary>
    private int _unstartable;

    public ControllerKinds Kind => ControllerKinds.Services;

    public string Name => "services";

    public Lane Lane => Lane.Services;

    /// <summary>Each of a few requests for each of many units may take its whole deadline.</summary>
    public TimeSpan WatchdogLimit => TimeSpan.FromHours(1);

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        var hasConfiguration = file.IsThere;
        var isSlaveNode = role.IsSlaveNode ?? hasConfiguration;
        if (role.KeysFor(isSlaveNode) is not { } keys)
        {
            return new Outcome.Waiting("which services the role lists is not known yet") { Reason = Reasons.RoleUnknown };
        }

        if (isSlaveNode && !hasConfiguration)
        {
            return new Outcome.Waiting("there is no configuration yet for chmpx to start with") { Reason = Reasons.NoConfiguration };
        }

        var (units, skipped, invalid) = Sort(keys, isSlaveNode);
        var chmpx = isSlaveNode ? UnitName.WithSuffix(chmpxUnit) : null;

        // Everything that may start chmpx waits for its user; the other units do not.
        var isPaused = holds?.IsPaused is true;
        var noUser = chmpx is not null ? await CheckAccountAsync(cancel) ?? (isPaused ? null : GrantRead()) : null;
        var change = chmpx is null || noUser is not null || isPaused ? null : unitFiles.Prepare();
        var wanted = noUser is null ? units : units.Remove(chmpx!);
        var observedAt = time.GetElapsedTime(0);
        if (await ObserveAsync(wanted, chmpx, skipped, cancel) is not { } observed)
        {
            return new Outcome.Failed("systemd does not answer: systemctl show failed or did not end in time") { Reason = Reasons.SystemdUnreachable };
        }

        if (chmpx is not null)
        {
            ring.Unit = observed.GetValueOrDefault(chmpx) ?? ring.Unit;
        }

        if (change is not null && observed.GetValueOrDefault(chmpx!) is { NeedsReload: true, IsActive: true })
        {
            change = unitFiles.NoteNotLoaded(change, observedAt);
        }

        if (change is { NeedsRestart: true, IsDirect: true } && observed.GetValueOrDefault(chmpx!) is { MainPid: not 0 } running)
        {
            file.Refresh();
            if (file.UntilPollAllowed is var left && left > TimeSpan.Zero)
            {
                return new Outcome.Waiting("the configuration was just written; chmpx is given time to notice it before it is asked how it runs", left) { Reason = Reasons.JustWritten };
            }

            change = await RunsDirectlyAsync(running, cancel) ? unitFiles.NoteRunsDirectly(change) : change;
        }

        var verdict = ServicePlan.Make(new ServiceSituation(wanted, observed, chmpx, change, arePackagesInstalled()) { Done = [.. _oneshots.Units] });
        if (isPaused && !verdict.Wanted.IsEmpty)
        {
            return new Outcome.Waiting($"to be requested: {string.Join(", ", verdict.Wanted)}; nothing is, because the agent is paused", LongestRecheck) { Reason = Reasons.Paused };
        }

        if (verdict.Wanted.Any(action => action.Kind == UnitActionKind.Restart && action.Unit == chmpx))
        {
            noteRestart();
        }

        var (sent, failures) = await _requests.SendDueAsync(verdict.Wanted, cancel);
        if (failures.IsEmpty)
        {
            NoteOneshots(sent, observed);
        }

        if (change is not null && verdict.IsChangeInForce)
        {
            unitFiles.Forget();
        }

        var outcome = await OutcomeOfAsync(verdict, sent, failures, invalid, change, !units.IsEmpty, cancel);
        return noUser is not null && !outcome.Reason.Equals(Reasons.UnitsFailing, StringComparison.Ordinal) ? noUser : WithSkipped(outcome, skipped, isSlaveNode, observed);
    }

    /// <summary>Without the helper it is chmpx that is the unit's main process. One that is too busy for an answer is asked again: programs would not survive its restart.</summary>
    private async Task<bool> RunsDirectlyAsync(UnitStatus running, CancellationToken cancel)
    {
        for (var question = 0; question < MostQuestions && file.Current?.ControlPort is { } port; question++)
        {
            if (await controlPort.PollAsync(port, cancel) is { } answer)
            {
                return answer.Process.Pid == running.MainPid;
            }
        }

        return false;
    }

    private void NoteOneshots(ImmutableArray<UnitAction> sent, ImmutableDictionary<string, UnitStatus> observed)
    {
        var started = sent.Where(action => action.Kind == UnitActionKind.Start && observed.GetValueOrDefault(action.Unit) is { Type: "oneshot" }).Select(action => action.Unit).Except(_oneshots.Units).ToList();
        if (started.Count > 0)
        {
            _oneshots = new StartedOneshots([.. _oneshots.Units, .. started]);
            _oneshots.Save(root);
        }
    }

    private async Task<Outcome?> CheckAccountAsync(CancellationToken cancel)
    {
        var candidates = account.Candidates;
        if (_account is { } known && known.Candidates.SequenceEqual(candidates) && time.GetElapsedTime(known.At) < AccountLifetime)
        {
            return null;
        }

        var missing = await account.CheckAsync(cancel);
        _account = missing is null ? (candidates, time.GetTimestamp()) : null;
        return missing;
    }

    /// <summary>chmpx ends at once where it cannot read its configuration.</summary>
    private Outcome.Failed? GrantRead()
    {
        try
        {
            file.GrantRead(account.Readers);
            return null;
        }
        catch (IOException e)
        {
            return new Outcome.Failed($"chmpx's user cannot read the configuration with configuration.mode as it is, and chmpx is not started: {e.Message}; set configuration.mode to 0644")
            {
                Reason = Reasons.OfHost(e),
            };
        }
    }

    private async Task<ImmutableDictionary<string, UnitStatus>?> ObserveAsync(ImmutableArray<string> units, string? chmpx, ImmutableArray<string> skipped, CancellationToken cancel)
    {
        var all = units.Concat(chmpx is null ? [] : [chmpx]).Concat(skipped).Distinct().ToList();
        return all.Count == 0 ? ImmutableDictionary<string, UnitStatus>.Empty : await systemd.ShowAsync(all, cancel);
    }

    private async Task<Outcome> OutcomeOfAsync(
        ServiceVerdict verdict, ImmutableArray<UnitAction> sent, ImmutableArray<string> failures, ImmutableArray<string> invalid, UnitChange? change, bool hasUnits, CancellationToken cancel)
    {
        var failing = verdict.Findings.Where(finding => finding.IsFailing).ToList();
        var isChanging = verdict.Wanted.Length > 0 || verdict.Findings.Any(finding => !finding.IsGood && !finding.IsFailing);
        _rechecks = isChanging ? sent.IsEmpty ? _rechecks + 1 : 0 : 0;
        var again = isChanging ? RetryDelay.Doubled(FirstRecheck, _rechecks, LongestRecheck) : (TimeSpan?)null;
        if (failing.Count > 0 || invalid.Length > 0 || failures.Length > 0)
        {
            var messages = (invalid.IsEmpty ? [] : new[] { $"the role lists what no unit can be called: {Printable.Of(invalid)}" })
                .Concat(failing.Select(finding => finding.ToString()))
                .Concat(failures);
            _unstartable = arePackagesInstalled() && (invalid.Length > 0 || failing.Exists(finding => finding.State is UnitFindingState.NotFound or UnitFindingState.Invalid)) ? _unstartable + 1 : 0;
            var last = failing.Find(finding => finding.State == UnitFindingState.Failed) is { } failed ? await systemd.LastLinesAsync(failed.Unit, cancel) : string.Empty;
            var areOnlyNames = failing.Count == 0 && failures.IsEmpty;
            return new Outcome.Failed(
                string.Join("; ", messages) + (last.Length > 0 ? $"; its last lines: {last}" : string.Empty), areOnlyNames ? Consequence.NeedsPerson : Consequence.TryAgain)
            {
                Reason = !areOnlyNames ? Reasons.UnitsFailing : hasUnits ? Reasons.InvalidName : Reasons.NothingValid,

                // What cannot be started at all may be what a store in trouble once said, and is read again long before its interval is over; while packages fail as
                // well, they have it read.
                Triggers = _unstartable % PackageController.ReadRoleEvery == 1 ? ControllerKinds.Role : ControllerKinds.None,
                TriggerReason = Reasons.UnitsFailing,
            };
        }

        if (isChanging)
        {
            return sent.IsEmpty
                ? new Outcome.Waiting(string.Join("; ", verdict.Findings.Where(finding => !finding.IsGood).Select(finding => finding.ToString()).DefaultIfEmpty("systemd is at work")), again) { Reason = Reasons.UnitsChanging }
                : new Outcome.Waiting($"requested: {string.Join(", ", sent)}", again) { Reason = Reasons.UnitsChanging };
        }

        var names = verdict.Findings.IsEmpty ? "the role lists no services" : string.Join(", ", verdict.Findings.Select(finding => finding.ToString()));
        return change is not null && !verdict.IsChangeInForce
            ? new Outcome.Unchanged($"{names}; the changed unit of chmpx takes effect at its next start") { Reason = Reasons.RestartPending }
            : new Outcome.Unchanged(names);
    }

    /// <summary>The units to run in order, those this agent stands in for, and what is no unit's name.</summary>
    private (ImmutableArray<string> Units, ImmutableArray<string> Skipped, ImmutableArray<string> Invalid) Sort(RoleKeys keys, bool isSlaveNode)
    {
        var invalid = keys.Units.Where(name => !UnitName.IsValid(name)).Distinct().ToImmutableArray();
        var names = keys.Units.Except(invalid).Select(UnitName.WithSuffix).Distinct().ToList();
        var skipped = isSlaveNode || !role.IsSurelyOther ? names.Where(settings.Superseded.Contains).ToImmutableArray() : [];
        return ([.. names.Except(skipped)], skipped, invalid);
    }

    /// <summary>The same, with a note on the units this agent stands in for; of two that write the configuration by turns a person has to end one.</summary>
    private static Outcome WithSkipped(Outcome outcome, ImmutableArray<string> skipped, bool isSlaveNode, ImmutableDictionary<string, UnitStatus> observed)
    {
        if (skipped.IsEmpty)
        {
            return outcome;
        }

        var message = $"{outcome.Message}; left out, {PackageController.WhyLeftOut(isSlaveNode)}: {string.Join(", ", skipped)}";
        return isSlaveNode && skipped.FirstOrDefault(unit => observed.GetValueOrDefault(unit) is { Active: UnitActiveState.Active }) is { } running
            ? outcome with
            {
                Message = $"{message}, but {running} runs and writes the configuration too: run k2hdkc-slave-agent adopt",
                Reason = outcome.IsSettled ? Reasons.OtherToolRuns : outcome.Reason,
            }
            : outcome with { Message = message };
    }
}
