namespace SlaveAgent.Reconciling;

/// <summary>Runs a step, and where chmpx does not answer says with its outcome that the NAME of this host's own entry is why.</summary>
public sealed class OwnNameStep(IStep inner, OwnNameJudge judge) : IStep
{
    public Steps Kind => inner.Kind;

    public string Name => inner.Name;

    public bool AsksK2hr3 => inner.AsksK2hr3;

    public TimeSpan Patience => inner.Patience + OwnNameJudge.Wait;

    public async Task<StepOutcome> RunAsync(CancellationToken cancel)
    {
        if (Kind == Steps.StartServices)
        {
            await judge.JudgeAsync(cancel);
        }

        var outcome = await inner.RunAsync(cancel);
        return !outcome.IsSettled && judge.Refusal is { } refusal
            ? outcome with { Words = $"{outcome.Words}; {refusal.Message}", Code = outcome.Code ?? ReasonCodes.OwnNameRefused }
            : outcome;
    }
}
