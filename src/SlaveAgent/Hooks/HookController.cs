using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Hooks;

/// <summary>
/// Has the hooks told what is so: compares it with what they were last told, and where that is something else has systemd run them, one run at a time. What changed
/// meanwhile is told by the next run. A hook that failed is reported, and not run again for the same; a run whose end an agent did not live to see may come twice.
/// </summary>
/// <param name="observe">The status as it is now; null while there is none.</param>
public sealed class HookController(Func<AgentStatus?> observe, ISystemd systemd, HostRoot root, TimeProvider time) : IController
{
    /// <summary>A server that joins makes the connection another one, and whole again, within a part of it.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstRecheck = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRecheck = TimeSpan.FromSeconds(5);

    /// <summary>A start that shows no effect is requested again after so long, and then ever more rarely.</summary>
    private static readonly TimeSpan FirstRepeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRepeat = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan WithoutSystemd = TimeSpan.FromHours(1);

    private HookMemory _memory = HookMemory.Load(root);
    private HookRun? _run = HookRun.Load(root, time.GetElapsedTime(0));
    private long? _differentSince;
    private int _rechecks;
    private int _repeats;

    public ControllerKinds Kind => ControllerKinds.Hooks;

    public string Name => "hooks";

    public Lane Lane => Lane.Hooks;

    public TimeSpan WatchdogLimit => TimeSpan.FromMinutes(5);

    /// <summary>The run that is under way, else the last one; null while there was none.</summary>
    public HookStatus? Last => _run is { } run ? new HookStatus(run.Event, run.Facts.State, run.Facts.Generation, run.At, HookResults.Running, null, []) : _memory.Last;

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        if (_run is { } run && await FollowAsync(run, cancel) is { } going)
        {
            return going;
        }

        if (observe() is not { } status || HookPlan.FactsOf(status, _memory.Told) is not { } now || now.SaysTheSame(_memory.Told))
        {
            _differentSince = null;
            return OutcomeOfLast();
        }

        if (HookDirectory.List(root).IsEmpty)
        {
            Forget(now);
            return OutcomeOfLast();
        }

        if (AgentUnits.FindFile(root, AgentUnits.Hook) is null)
        {
            return new Outcome.Waiting($"{AgentUnits.Hook} is not on this host, so hooks are not run", WithoutSystemd) { Reason = Reasons.NoHookUnit };
        }

        var different = time.GetElapsedTime(_differentSince ??= time.GetTimestamp());
        return different < Settling
            ? new Outcome.Waiting("hooks are run for what changed", Settling - different) { Reason = Reasons.HooksRunning }
            : await StartAsync(status, now, cancel);
    }

    private async Task<Outcome> StartAsync(AgentStatus status, HookFacts now, CancellationToken cancel)
    {
        var run = new HookRun((long)time.GetElapsedTime(0).TotalMilliseconds, now, HookPlan.EventOf(_memory.Told, now), time.GetUtcNow());
        Directories.MakeOwn(root.Agent.RuntimeDirectory);
        RegularFile.Delete(root.Agent.HookResult);
        AtomicFile.Write(
            root.Agent.HookEnvironment, EnvironmentText.Of(HookPlan.VariablesOf(_memory.Told, now, status, run.Number)), UnixFileMode.UserRead | UnixFileMode.UserWrite, durable: false, keepOwner: false);
        run.Save(root);
        (_run, _rechecks) = (run, 0);
        var result = await systemd.StartAsync(AgentUnits.Hook, cancel);
        if (result.IsDone)
        {
            return Running(run);
        }

        EndRun();
        return result.Failure == CommandFailure.NotOnPath
            ? new Outcome.Waiting("there is no systemctl on this host, so hooks are not run", WithoutSystemd) { Reason = Reasons.NoSystemd }
            : NotStarted(result.LastLines());
    }

    /// <returns>What is waited for; null when the run is over, or is to be requested again.</returns>
    private async Task<Outcome?> FollowAsync(HookRun run, CancellationToken cancel)
    {
        if (TryTakeEnd(run))
        {
            return null;
        }

        if ((await systemd.ShowAsync([AgentUnits.Hook], cancel))?.GetValueOrDefault(AgentUnits.Hook) is not { } unit)
        {
            return new Outcome.Failed($"systemd does not tell the state of {AgentUnits.Hook}") { Reason = Reasons.SystemdUnreachable };
        }

        // It may have ended after the first look.
        if (TryTakeEnd(run))
        {
            return null;
        }

        if (unit.IsActive || unit.Active == UnitActiveState.Deactivating)
        {
            return Running(run);
        }

        // What leaves nothing behind was killed, or could not be executed.
        if (unit is { Active: UnitActiveState.Failed } && unit.StartedAt >= run.Requested)
        {
            Take(run, unit.Result == "timeout" ? HookResults.TimedOut : HookResults.Failed, $"{AgentUnits.Hook} failed ({unit.Exit?.ToString() ?? unit.Result})", []);
            return null;
        }

        if (unit is { Active: UnitActiveState.Failed } && unit.CheckedAt >= run.Requested)
        {
            EndRun();
            return NotStarted($"{AgentUnits.Hook} failed before it ran anything ({unit.Result})");
        }

        if (time.GetElapsedTime(0) - run.Requested < RetryDelay.Doubled(FirstRepeat, _repeats, LongestRepeat))
        {
            return Running(run);
        }

        _repeats++;
        EndRun();
        return null;
    }

    private bool TryTakeEnd(HookRun run)
    {
        if (HookEnd.Find(root, run.Number) is not { } end)
        {
            return false;
        }

        var result = end.Failed.Count == 0 ? HookResults.Done : end.Failed.Any(failure => failure.Reason == HookFailure.TimedOut) ? HookResults.TimedOut : HookResults.Failed;
        Take(run, result, null, end.Failed);
        return true;
    }

    private Outcome.Waiting Running(HookRun run) =>
        new($"hooks are run: {run.Event}, {Described(run.Facts.State, run.Facts.Generation)}", RetryDelay.Doubled(FirstRecheck, _rechecks++, LongestRecheck)) { Reason = Reasons.HooksRunning };

    private static Outcome.Failed NotStarted(string why) => new($"starting {AgentUnits.Hook} failed: {why}") { Reason = Reasons.HooksNotStarted };

    private void Take(HookRun run, string result, string? message, IReadOnlyList<HookFailure> failed)
    {
        _memory = new HookMemory(run.Facts, new HookStatus(run.Event, run.Facts.State, run.Facts.Generation, run.At, result, message, failed));
        _memory.Save(root);
        (_differentSince, _repeats) = (null, 0);
        EndRun();
    }

    private void EndRun()
    {
        _run = null;
        RegularFile.Delete(root.Agent.HookRun);
    }

    /// <summary>Nobody is to be told; whoever comes later is told of what changes from now on.</summary>
    private void Forget(HookFacts now)
    {
        _memory = new HookMemory(now, null);
        _memory.Save(root);
        _differentSince = null;
    }

    private Outcome OutcomeOfLast()
    {
        if (_memory.Last is not { } last)
        {
            return new Outcome.NothingToDo($"no hook was run; those in {root.Agent.HooksDirectory} are, when something changes") { Reason = Reasons.NoHooks };
        }

        var what = $"{last.Event}, {Described(last.State, last.Generation)}";
        if (last.Result == HookResults.Done)
        {
            return new Outcome.Unchanged($"hooks were run: {what}");
        }

        var why = last.Message ?? string.Join("; ", last.Failed);
        return new Outcome.Failed($"hooks that were run for {what}: {why}; they are run again at the next change")
        {
            Reason = last.Result == HookResults.TimedOut ? Reasons.HooksTimedOut
                : last.Failed.Count > 0 && last.Failed.All(failure => failure.Reason == HookFailure.Refused) ? Reasons.HooksRefused
                : Reasons.HooksFailed,
        };
    }

    private static string Described(string state, int? generation) => generation is null ? state : $"{state}, generation {generation}";
}
