using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Hooks;

/// <summary>
/// Has the hooks told what is so: compares it with what they were last told, and where that is something else has systemd run them, one run at a time. What changed
/// meanwhile is told by the next run. A hook that failed is reported, and not run again for the same; a run whose end no agent saw may come twice.
/// </summary>
/// <param name="observe">The status as it is now; null while there is none.</param>
/// <param name="process">Runs them where there is no systemd; null where systemd does.</param>
public sealed class HookController(Func<AgentStatus?> observe, ISystemd systemd, HostRoot root, TimeProvider time, HookProcess? process = null) : IController
{
    /// <summary>A server that joins makes the connection another one, and whole again, within a part of it.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>A connection that does not come to rest is told of as it then is.</summary>
    private static readonly TimeSpan LongestSettling = TimeSpan.FromSeconds(10);

    /// <summary>Between the end of a run and the next one: a server that comes and goes has no program restarted each second.</summary>
    private static readonly TimeSpan LeastGap = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstRecheck = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRecheck = TimeSpan.FromSeconds(5);

    /// <summary>A start that shows no effect is requested again after so long, and then ever more rarely.</summary>
    private static readonly TimeSpan FirstRepeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRepeat = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan WithoutSystemd = TimeSpan.FromHours(1);

    /// <summary>systemd's <c>Result</c> of a unit that its time limit ended.</summary>
    private const string TimeLimit = "timeout";

    /// <summary>Exit statuses of systemd's own, such as 203 for a program that could not be executed (systemd.exec(5)).</summary>
    private const int FirstOfSystemd = 200;
    private const int LastOfSystemd = 245;

    /// <summary>The exit status of a run that somebody stopped, or that found another at work: what was to be told is told by the next.</summary>
    private const int Untold = 75;

    private HookMemory _memory = HookMemory.Load(root);
    private HookRun? _run = HookRun.Load(root, time.GetElapsedTime(0));
    private HookFacts? _seen;
    private long _sameSince;
    private long? _differentSince;
    private long? _endedAt;
    private bool _hasNoEffect;
    private int _rechecks;
    private int _repeats;

    public ControllerKinds Kind => ControllerKinds.Hooks;

    public string Name => "hooks";

    public Lane Lane => Lane.Hooks;

    public TimeSpan WatchdogLimit => TimeSpan.FromMinutes(5);

    /// <summary>The run that is under way, else the last one; null while there was none.</summary>
    public HookStatus? Last => _run?.As(_hasNoEffect ? HookResults.NotStarted : HookResults.Running, null, []) ?? _memory.Last;

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        if (_run is { } run && (process is null ? await FollowAsync(run, cancel) : Follow(run, process)) is { } going)
        {
            return going;
        }

        if (observe() is not { } status || HookPlan.FactsOf(status, _memory.Told) is not { } now || now.SaysTheSame(_memory.Told))
        {
            (_seen, _differentSince) = (null, null);
            return OutcomeOfLast();
        }

        if (HookDirectory.List(root).IsEmpty)
        {
            Forget(now);
            return OutcomeOfLast();
        }

        if (process is null && !SystemdPresence.IsAtWork(root))
        {
            return NoSystemd($"systemd is not at work on this host ({SystemdPresence.Directory} is missing)");
        }

        if (process is null && AgentUnits.FindFile(root, AgentUnits.Hook) is null)
        {
            return new Outcome.Waiting($"{AgentUnits.Hook} is not on this host, so hooks are not run", WithoutSystemd) { Reason = Reasons.NoHookUnit };
        }

        return UntilStart(now) is { Ticks: > 0 } left
            ? new Outcome.Waiting("hooks are run for what changed", left) { Reason = Reasons.HooksRunning }
            : await StartAsync(status, now, cancel);
    }

    private TimeSpan UntilStart(HookFacts now)
    {
        _differentSince ??= time.GetTimestamp();
        if (_seen is null || !_seen.SaysTheSame(now))
        {
            (_seen, _sameSince) = (now, time.GetTimestamp());
        }

        var settling = new[] { Settling - time.GetElapsedTime(_sameSince), LongestSettling - time.GetElapsedTime(_differentSince.Value) }.Min();
        return _endedAt is { } ended ? new[] { settling, LeastGap - time.GetElapsedTime(ended) }.Max() : settling;
    }

    private async Task<Outcome> StartAsync(AgentStatus status, HookFacts now, CancellationToken cancel)
    {
        var run = new HookRun((long)time.GetElapsedTime(0).TotalMilliseconds, now, HookPlan.EventOf(_memory.Told, now), time.GetUtcNow());
        Directories.MakeOwn(root.Agent.RuntimeDirectory);
        RegularFile.Delete(root.Agent.HookResult);
        var variables = HookPlan.VariablesOf(_memory.Told, now, status, run.Number);
        AtomicFile.Write(root.Agent.HookEnvironment, EnvironmentText.Of(variables), UnixFileMode.UserRead | UnixFileMode.UserWrite, durable: false, keepOwner: false);
        run.Save(root);
        (_run, _rechecks) = (run, 0);
        if (process is not null)
        {
            return Start(run, process, variables);
        }

        var result = await systemd.StartAsync(AgentUnits.Hook, cancel);

        // One that did not answer in time may be followed all the same.
        if (result.IsDone || (result.ExitCode is null && result.Failure is not (CommandFailure.NotOnPath or CommandFailure.NotStarted)))
        {
            return _repeats == 0 ? Running(run) : WithoutEffect(run);
        }

        EndRun();
        if (result.Failure == CommandFailure.NotOnPath)
        {
            return NoSystemd("there is no systemctl on this host");
        }

        return (await systemd.ShowAsync([AgentUnits.Hook], cancel))?.GetValueOrDefault(AgentUnits.Hook) is { Load: UnitLoadState.Masked }
            ? new Outcome.NothingToDo($"{AgentUnits.Hook} is masked, so hooks are not run") { Reason = Reasons.HookUnitMasked, RecheckAfter = WithoutSystemd }
            : NotStarted(result.LastLines());
    }

    private Outcome Start(HookRun run, HookProcess hooks, IReadOnlyList<KeyValuePair<string, string>> variables)
    {
        if (hooks.Start(variables) is not { } problem)
        {
            return Running(run);
        }

        EndRun();
        return new Outcome.Failed($"starting the hooks failed: {problem}") { Reason = Reasons.HooksNotStarted };
    }

    /// <returns>What is waited for; null when the run is over, or is to be started again.</returns>
    private Outcome.Waiting? Follow(HookRun run, HookProcess hooks)
    {
        if (hooks.IsRunning)
        {
            return Running(run);
        }

        if (HookEnd.Find(root, run.Number) is { } end)
        {
            Take(run, end);
        }
        else if (hooks.ExitCode is Untold)
        {
            _endedAt = time.GetTimestamp();
            EndRun();
        }
        else if (hooks.ExitCode is { } code)
        {
            Take(run, HookResults.Failed, $"what runs the hooks ended with exit status {code}", []);
        }
        else
        {
            // Another agent started it, and both were killed.
            EndRun();
        }

        return null;
    }

    /// <returns>What is waited for; null when the run is over, or is to be requested again.</returns>
    private async Task<Outcome?> FollowAsync(HookRun run, CancellationToken cancel)
    {
        if (HookEnd.Find(root, run.Number) is { WasStopped: false } early)
        {
            Take(run, early);
            return null;
        }

        if ((await systemd.ShowAsync([AgentUnits.Hook], cancel))?.GetValueOrDefault(AgentUnits.Hook) is not { } unit)
        {
            return new Outcome.Failed($"systemd does not tell the state of {AgentUnits.Hook}") { Reason = Reasons.SystemdUnreachable };
        }

        // It may have ended after the first look.
        var end = HookEnd.Find(root, run.Number);
        if (end is { WasStopped: false })
        {
            Take(run, end);
            return null;
        }

        if (unit.IsActive || unit.Active == UnitActiveState.Deactivating)
        {
            return Running(run);
        }

        if (end is not null)
        {
            TakeStopped(run, end, unit);
            return null;
        }

        if (unit.IsSkipped && unit.CheckedAt >= run.Requested)
        {
            Take(run, HookResults.Skipped, $"a condition of {AgentUnits.Hook} is not met", []);
            return null;
        }

        if (unit is { Active: UnitActiveState.Failed, Exit: { IsSignal: false, Status: >= FirstOfSystemd and <= LastOfSystemd } notExecuted } && unit.StartedAt >= run.Requested)
        {
            EndRun();
            return NotStarted($"its program was not executed ({notExecuted})");
        }

        // What leaves nothing behind was killed.
        if (unit is { Active: UnitActiveState.Failed } && unit.StartedAt >= run.Requested)
        {
            Take(run, unit.Result == TimeLimit ? HookResults.TimedOut : HookResults.Failed, $"{AgentUnits.Hook} failed ({unit.Exit?.ToString() ?? unit.Result})", []);
            return null;
        }

        if (unit is { Active: UnitActiveState.Failed } && unit.CheckedAt >= run.Requested)
        {
            EndRun();
            return NotStarted($"{AgentUnits.Hook} failed before it ran anything ({unit.Result})");
        }

        if (time.GetElapsedTime(0) - run.Requested < RetryDelay.Doubled(FirstRepeat, _repeats, LongestRepeat))
        {
            return _repeats == 0 ? Running(run) : WithoutEffect(run);
        }

        _repeats++;
        EndRun();
        return null;
    }

    /// <summary>Only the time limit says something of the hooks. Who stops the unit, as a reboot does, leaves what there was to tell untold.</summary>
    private void TakeStopped(HookRun run, HookEnd end, UnitStatus unit)
    {
        if (unit.Result == TimeLimit)
        {
            Take(run, end);
            return;
        }

        _endedAt = time.GetTimestamp();
        EndRun();
    }

    private Outcome.Waiting Running(HookRun run)
    {
        _hasNoEffect = false;
        return new Outcome.Waiting($"hooks are run: {run.Event}, {Described(run.Facts.State, run.Facts.Generation)}", NextLook()) { Reason = Reasons.HooksRunning };
    }

    private Outcome.Waiting WithoutEffect(HookRun run)
    {
        _hasNoEffect = true;
        return new Outcome.Waiting($"starts of {AgentUnits.Hook} show no effect: {run.Event}, {Described(run.Facts.State, run.Facts.Generation)}", NextLook()) { Reason = Reasons.HooksNotStarted };
    }

    private TimeSpan NextLook() => RetryDelay.Doubled(FirstRecheck, _rechecks++, LongestRecheck);

    private static Outcome.Waiting NoSystemd(string why) => new($"{why}, so hooks are not run", WithoutSystemd) { Reason = Reasons.NoSystemd };

    private static Outcome.Failed NotStarted(string why) => new($"starting {AgentUnits.Hook} failed: {why}") { Reason = Reasons.HooksNotStarted };

    private void Take(HookRun run, HookEnd end) => Take(run, HookResults.Of(end.Failed), null, end.Failed);

    private void Take(HookRun run, string result, string? message, IReadOnlyList<HookFailure> failed)
    {
        Remember(new HookMemory(run.Facts, run.As(result, message, failed)));
        (_seen, _differentSince, _repeats, _endedAt) = (null, null, 0, time.GetTimestamp());
        EndRun();
    }

    private void EndRun()
    {
        (_run, _hasNoEffect) = (null, false);
        RegularFile.Delete(root.Agent.HookRun);
    }

    /// <summary>Nobody is to be told; whoever comes later is told of what changes from now on.</summary>
    private void Forget(HookFacts now)
    {
        Remember(new HookMemory(now, null));
        (_seen, _differentSince) = (null, null);
    }

    /// <summary>Saved first: what could not be is done again.</summary>
    private void Remember(HookMemory memory)
    {
        memory.Save(root);
        _memory = memory;
    }

    /// <summary>A hook that is gone has not failed any more, nor one that was refused and now would be run; what another did only its next run can tell.</summary>
    private void DropRepaired()
    {
        if (_memory.Last is not { Result: HookResults.Failed or HookResults.TimedOut } last)
        {
            return;
        }

        var hooks = HookDirectory.List(root);
        var left = last.Failed.Where(hooks.StillHas).ToList();
        if (hooks.IsEmpty)
        {
            Remember(_memory with { Last = null });
        }
        else if (left.Count < last.Failed.Count)
        {
            Remember(_memory with { Last = last with { Result = HookResults.Of(left), Failed = left } });
        }
    }

    private Outcome OutcomeOfLast()
    {
        DropRepaired();
        if (_memory.Last is not { } last)
        {
            return new Outcome.NothingToDo($"no hook was run; those in {root.Agent.HooksDirectory} are, when something changes") { Reason = Reasons.NoHooks };
        }

        var what = $"{last.Event}, {Described(last.State, last.Generation)}";
        if (last.Result == HookResults.Done)
        {
            return new Outcome.Unchanged($"hooks were run: {what}");
        }

        if (last.Result == HookResults.Skipped)
        {
            return new Outcome.NothingToDo($"hooks were not run for {what}: {last.Message}") { Reason = Reasons.HooksSkipped };
        }

        return new Outcome.Failed($"hooks that were run for {what}: {last.Why}; they are run again at the next change")
        {
            Reason = last.Result == HookResults.TimedOut ? Reasons.HooksTimedOut
                : last.Failed.Count > 0 && last.Failed.All(failure => failure.Reason == HookFailure.Refused) ? Reasons.HooksRefused
                : Reasons.HooksFailed,
        };
    }

    private static string Described(string state, int? generation) => generation is null ? state : $"{state}, generation {generation}";
}
