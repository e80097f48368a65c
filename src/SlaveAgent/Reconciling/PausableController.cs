namespace SlaveAgent.Reconciling;

/// <summary>A controller that sends something with each run, and so does not run while the agent is paused; what it last said stays.</summary>
public sealed class PausableController(IController inner, HoldKeeper holds) : IController
{
    private Outcome? _last;

    public ControllerKinds Kind => inner.Kind;

    public string Name => inner.Name;

    public Lane Lane => inner.Lane;

    public TimeSpan WatchdogLimit => inner.WatchdogLimit;

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        if (holds.Current is { Kind: HoldKind.Paused } hold)
        {
            return _last ?? new Outcome.Waiting(hold.ToString()) { Reason = hold.Reason };
        }

        var outcome = await inner.RunAsync(cancel);

        // What was done is not done again, who was not asked has not failed again, and neither triggers anything.
        _last = outcome switch
        {
            Outcome.Failed => null,
            Outcome.Changed done => new Outcome.Unchanged(done.Message) { Reason = done.Reason },
            _ => outcome with { Triggers = ControllerKinds.None, TriggerReason = null, AnswerTime = TimeSpan.Zero, RecheckAfter = null },
        };
        return outcome;
    }
}
