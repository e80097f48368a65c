using SlaveAgent.Reconciling;

namespace SlaveAgent.Connection;

/// <summary>While chmpx does not answer: finds out whether the NAME of this host's own entry is why. The resolver may take its time; nobody waits for it.</summary>
public sealed class OwnNameController(OwnNameJudge judge) : IController
{
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(5);

    public ControllerKinds Kind => ControllerKinds.OwnName;

    public string Name => "own name";

    public Lane Lane => Lane.OwnName;

    public TimeSpan WatchdogLimit => TimeSpan.FromMinutes(2);

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        await judge.JudgeAsync(cancel);
        return judge.Refusal is { } refusal ? new Outcome.Failed(refusal.Message) { Reason = Reasons.OwnNameRefused }
            : judge.IsOpen ? new Outcome.NothingToDo("chmpx does not answer yet") { RecheckAfter = Recheck }
            : new Outcome.NothingToDo("chmpx judges it itself");
    }
}
