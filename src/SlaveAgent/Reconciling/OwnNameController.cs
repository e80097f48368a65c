namespace SlaveAgent.Reconciling;

/// <summary>Runs a step, and where chmpx does not answer says with its outcome that the NAME of this host's own entry is why.</summary>
public sealed class OwnNameController(IController inner, OwnNameJudge judge) : IController
{
    public ControllerKinds Kind => inner.Kind;

    public string Name => inner.Name;

    public bool AsksK2hr3 => inner.AsksK2hr3;

    public TimeSpan WatchdogLimit => inner.WatchdogLimit + OwnNameJudge.Wait;

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        if (Kind == ControllerKinds.Services)
        {
            await judge.JudgeAsync(cancel);
        }

        var outcome = await inner.RunAsync(cancel);
        return !outcome.IsSettled && judge.Refusal is { } refusal
            ? outcome with { Message = $"{outcome.Message}; {refusal.Message}", Code = outcome.Code ?? ReasonCodes.OwnNameRefused }
            : outcome;
    }
}
