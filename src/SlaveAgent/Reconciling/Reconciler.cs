using Serilog;

namespace SlaveAgent.Reconciling;

/// <summary>
/// The loop: starts the controllers that are due, at most one a lane, and takes their outcomes when they end; no lane waits for another. All of it, and what
/// the controllers do between two awaits, runs on one thread, which so owns the state without locks. It ends only when it is cancelled.
/// </summary>
public sealed class Reconciler(
    IReadOnlyList<IController> controllers, Schedule schedule, IOutcomeListener listener, IReconcilerHost host, TimeProvider time, ILogger log)
{
    private readonly long _started = time.GetTimestamp();
    private readonly List<Run> _running = [];

    /// <summary>Its continuation is the sleeping loop, which comes back to its own thread by its context; a detour by the thread pool would only cost.</summary>
    private TaskCompletionSource _woken = new();

    private int _wanted;
    private bool _isPaused;

    /// <summary>Nothing runs, and nothing is due.</summary>
    public bool IsIdle => _running.Count == 0 && schedule.Next > Now;

    /// <summary>Has these controllers run now; may be called from any thread.</summary>
    public void Wake(ControllerKinds wanted)
    {
        Interlocked.Or(ref _wanted, (int)wanted);
        Volatile.Read(ref _woken).TrySetResult();
    }

    /// <param name="isOver">Asked after each pass; null: it goes on until it is cancelled.</param>
    public async Task RunAsync(CancellationToken cancel, Func<bool>? isOver = null)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            while (true)
            {
                Pass(ended.Token);
                if (isOver?.Invoke() is true)
                {
                    return;
                }

                await SleepAsync(cancel);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(_running.Select(run => (Task)run.Task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>One pass, and all that it started to its end; for who watches the controllers one pass at a time.</summary>
    public async Task RunDueAsync(CancellationToken cancel)
    {
        Pass(cancel);
        while (_running.Count > 0)
        {
            await Task.WhenAny(_running.Select(run => run.Task));
            Pass(cancel, starts: false);
        }
    }

    /// <summary>Sleeps until a controller is due, one has ended, or somebody wakes the loop.</summary>
    public async Task SleepAsync(CancellationToken cancel)
    {
        var heartbeat = host.Heartbeat;
        var left = _isPaused ? heartbeat : NextDue() - Now;
        if (left <= TimeSpan.Zero)
        {
            cancel.ThrowIfCancellationRequested();
            return;
        }

        await Volatile.Read(ref _woken).Task
            .WaitAsync(left < heartbeat ? WholeMilliseconds(left) : heartbeat, time, cancel)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancel.ThrowIfCancellationRequested();
    }

    private TimeSpan Now => time.GetElapsedTime(_started);

    private void Pass(CancellationToken cancel, bool starts = true)
    {
        TakeWanted();
        TakeEnded();
        if (!_running.Exists(run => time.GetElapsedTime(run.Began) > run.Controller.WatchdogLimit))
        {
            host.Pulse();
        }

        if (!starts)
        {
            return;
        }

        _isPaused = host.IsPaused;
        foreach (var controller in controllers)
        {
            if (!_isPaused && schedule.IsDue(controller.Kind, Now) && IsLaneFree(controller.Lane))
            {
                Start(controller, cancel);

                // unregister sets its mark at any moment, and nothing may be started after it.
                _isPaused = host.IsPaused;
            }
        }
    }

    private bool IsLaneFree(Lane lane)
    {
        foreach (var run in _running)
        {
            if (run.Controller.Lane == lane)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>When the next controller is due whose lane is free; the others run when their lane's work has ended, which wakes the loop.</summary>
    private TimeSpan NextDue()
    {
        var next = TimeSpan.MaxValue;
        foreach (var controller in controllers)
        {
            if (schedule.DueAt(controller.Kind) is var due && due < next && IsLaneFree(controller.Lane))
            {
                next = due;
            }
        }

        return next;
    }

    private void Start(IController controller, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        schedule.NoteStarted(controller.Kind);
        var task = RunAsync(controller, cancel);
        if (task.IsCompletedSuccessfully)
        {
            Take(controller, task.Result);
            return;
        }

        _running.Add(new Run(controller, task, began));
        task.ContinueWith(static (_, loop) => ((Reconciler)loop!).Wake(ControllerKinds.None), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void TakeEnded()
    {
        for (var i = 0; i < _running.Count;)
        {
            var run = _running[i];
            if (!run.Task.IsCompleted)
            {
                i++;
                continue;
            }

            _running.RemoveAt(i);

            // It ends without an outcome only when it was cancelled.
            if (run.Task.IsCompletedSuccessfully)
            {
                Take(run.Controller, run.Task.Result);
            }
        }
    }

    private void Take(IController controller, Outcome outcome)
    {
        schedule.Record(controller.Kind, outcome, Now);
        listener.Report(controller, outcome, schedule.DueAt(controller.Kind) - Now);
    }

    // WaitAsync leaves out what is less than a millisecond, and the loop would come too early, find nothing due and sleep again.
    private static TimeSpan WholeMilliseconds(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds));

    private void TakeWanted()
    {
        if (Volatile.Read(ref _woken).Task.IsCompleted)
        {
            Volatile.Write(ref _woken, new TaskCompletionSource());
            schedule.RunNow((ControllerKinds)Interlocked.Exchange(ref _wanted, 0), Now);
        }
    }

    private async Task<Outcome> RunAsync(IController controller, CancellationToken cancel)
    {
        try
        {
            return await controller.RunAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Outcome.Failed($"{controller.Name} failed on this host: {e.Message}") { Reason = Reasons.OfHost(e) };
        }
        catch (Exception e)
        {
            // The loop's edge: whatever it was, it must not end the agent.
            log.Error(e, "{Controller}: failed unexpectedly; it is tried again with growing delays; please report this", controller.Name);
            return new Outcome.Failed($"{controller.Name} failed unexpectedly: {e.GetType().Name}") { Reason = Reasons.InternalError };
        }
    }

    private sealed record Run(IController Controller, Task<Outcome> Task, long Began);
}
