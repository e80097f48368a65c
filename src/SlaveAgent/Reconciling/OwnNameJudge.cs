using Serilog;
using SlaveAgent.Chmpx;
using SlaveAgent.Identity;

namespace SlaveAgent.Reconciling;

/// <summary>
/// Whether the NAME in this host's own entry of the configuration is this host: chmpx ends at its start where it is not. Told before chmpx is started, which
/// is tried all the same: chmpx judges for itself, and where it runs it is right.
/// </summary>
/// <param name="check">May take some seconds of name resolution, for which nothing waits longer than <see cref="Wait"/>.</param>
public sealed class OwnNameJudge(ConfigurationFile file, RingMemory ring, Func<string, CancellationToken, Task<OwnNameVerdict>> check, TimeProvider time, ILogger log)
{
    /// <summary>The longest that a step waits for the resolver; a later run has the answer then.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(2);

    private (string Name, Task<OwnNameVerdict> Check)? _asked;
    private (string Name, OwnNameVerdict Verdict)? _last;

    /// <summary>Why chmpx would not start; null where it may, where it runs, or where that is not known.</summary>
    public OwnNameVerdict? Refusal => ring.View is null && _last is { Verdict: { IsRefused: true } verdict } last && last.Name == NameOf(file.Current) ? verdict : null;

    public async Task JudgeAsync(CancellationToken cancel)
    {
        if (ring.View is not null || NameOf(file.Current) is not { } name)
        {
            _asked = null;
            return;
        }

        if (_asked is not { } asked || asked.Name != name)
        {
            asked = (name, check(name, CancellationToken.None));
            _asked = asked;
        }

        await ((Task)asked.Check).WaitAsync(Wait, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancel.ThrowIfCancellationRequested();
        if (!asked.Check.IsCompleted)
        {
            return;
        }

        // A name that is not this host's now may be a moment later: the next run asks anew.
        _asked = null;
        var verdict = await asked.Check;
        if (verdict.IsRefused && (_last is not { } last || last.Name != name || last.Verdict.Code != verdict.Code))
        {
            log.Warning("Own name: {Message} ({Code})", verdict.Message, verdict.Code);
        }

        _last = (name, verdict);
    }

    // A pattern is for chmpx to match against this host's names.
    private static string? NameOf(IniDocument? ini) => ini?.FindSelf()?["NAME"] is { Length: > 0 } name && NamePattern.IsSingle(name) ? name : null;
}
