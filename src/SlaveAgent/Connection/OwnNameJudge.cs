using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Identity;
using SlaveAgent.Ring;

namespace SlaveAgent.Connection;

/// <summary>
/// Whether the NAME in this host's own entry of the configuration is this host: chmpx ends at its start where it is not. It is
/// started all the same: chmpx judges for itself, and where it runs it is right.
/// </summary>
/// <param name="check">May take some seconds of name resolution; bounded in time by itself.</param>
public sealed class OwnNameJudge(ConfigurationFile file, RingMemory ring, Func<string, CancellationToken, Task<OwnNameVerdict>> check)
{
    private (string Name, OwnNameVerdict Verdict)? _last;

    /// <summary>Why chmpx would not start; null where it may, where it runs, or where that is not known.</summary>
    public OwnNameVerdict? Refusal => ring.View is null && _last is { Verdict: { IsRefused: true } verdict } last && last.Name == NameOf(file.Current) ? verdict : null;

    /// <summary>chmpx does not answer, so that its own judgement is not known.</summary>
    public bool IsOpen => ring.View is null;

    public async Task JudgeAsync(CancellationToken cancel)
    {
        if (IsOpen && NameOf(file.Current) is { } name)
        {
            // A name that is not this host's now may be a moment later: each run asks again.
            _last = (name, await check(name, cancel));
        }
    }

    // A pattern is for chmpx to match against this host's names.
    private static string? NameOf(IniDocument? ini) => ini?.FindSelf()?["NAME"] is { Length: > 0 } name && NamePattern.IsSingle(name) ? name : null;
}
