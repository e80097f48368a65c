using Serilog;

namespace SlaveAgent.Reconciling;

/// <summary>
/// The loop: runs the steps that are due, in their order, one after the other, and sleeps until the next is. It ends only when it is cancelled.
/// </summary>
public sealed class Reconciler(IReadOnlyList<IController> steps, Schedule schedule, StatusBoard board, ReconcilerHooks hooks, TimeProvider time, ILogger log)
{
    /// <summary>How often the watchdog is fed at the least, also while a step works.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private readonly long _started = time.GetTimestamp();
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _wanted;
    private bool _rests;

    /// <summary>Has these steps run now; may be called from any thread.</summary>
    public void Wake(ControllerKinds wanted)
    {
        Interlocked.Or(ref _wanted, (int)wanted);
        Volatile.Read(ref _woken).TrySetResult();
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            await RunDueAsync(cancel);
            await SleepAsync(cancel);
        }
    }

    /// <summary>One pass: every step that is due, in order.</summary>
    public async Task RunDueAsync(CancellationToken cancel)
    {
        hooks.Pulse();
        TakeWanted();
        _rests = hooks.IsResting();
        if (_rests)
        {
            board.Rest();
        }

        foreach (var step in steps)
        {
            if (!_rests && schedule.IsDue(step.Kind, Now))
            {
                var began = Now;
                var outcome = await RunAsync(step, cancel);
                schedule.Record(step.Kind, outcome, Now, Now - began);
                board.Report(step, outcome, schedule.DueAt(step.Kind) - Now);
                hooks.Heard(step, outcome);

                // unregister sets its mark at any moment: a pass that is under way must not start again what it stops.
                _rests = step != steps[^1] && hooks.IsResting();
            }
        }
    }

    /// <summary>Sleeps until a step is due or somebody wakes the loop.</summary>
    public async Task SleepAsync(CancellationToken cancel)
    {
        var rest = _rests ? Heartbeat : schedule.Next - Now;
        if (rest <= TimeSpan.Zero)
        {
            cancel.ThrowIfCancellationRequested();
            return;
        }

        await Volatile.Read(ref _woken).Task
            .WaitAsync(rest < Heartbeat ? WholeMilliseconds(rest) : Heartbeat, time, cancel)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancel.ThrowIfCancellationRequested();
    }

    // WaitAsync leaves out what is less than a millisecond, and the loop would come too early, find nothing due and sleep again.
    private static TimeSpan WholeMilliseconds(TimeSpan rest) => TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds));

    private TimeSpan Now => time.GetElapsedTime(_started);

    private void TakeWanted()
    {
        if (Volatile.Read(ref _woken).Task.IsCompleted)
        {
            Volatile.Write(ref _woken, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            schedule.RunNow((ControllerKinds)Interlocked.Exchange(ref _wanted, 0));
        }
    }

    private async Task<Outcome> RunAsync(IController step, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        try
        {
            var running = step.RunAsync(cancel);
            while (!running.IsCompleted)
            {
                await ((Task)running).WaitAsync(Heartbeat, time, CancellationToken.None)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                if (!running.IsCompleted && time.GetElapsedTime(began) < step.WatchdogLimit)
                {
                    hooks.Pulse();
                }
            }

            return await running;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Outcome.Failed($"{step.Name} failed on this host: {e.Message}");
        }
        catch (Exception e)
        {
            // The loop's edge: whatever it was, it must not end the agent.
            log.Error(e, "{Step}: failed in a way that was not foreseen; it is tried again with growing delays; please report this", step.Name);
            return new Outcome.Failed($"{step.Name} failed in a way that was not foreseen: {e.GetType().Name}");
        }
    }
}
