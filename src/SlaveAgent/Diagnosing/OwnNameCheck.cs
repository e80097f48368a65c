using SlaveAgent.Identity;

namespace SlaveAgent.Diagnosing;

/// <summary>Whether the NAME of this host's own entry is this host, forwards and backwards in DNS: chmpx ends at its start where it is not.</summary>
internal sealed class OwnNameCheck(DiagnosedHost host) : ICheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);

    public string Name => CheckNames.OwnName;

    public CheckGroup Group => CheckGroup.Host;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        if (host.Ini?.FindSelf()?["NAME"] is not { Length: > 0 } name)
        {
            return [CheckResult.Skipped(Name, "there is no configuration with an entry of this host")];
        }

        var verdict = await new HostNetworkReader(Timeout, host.Time).CheckOwnNameAsync(name, cancel);
        const string Next = "correct DNS or /etc/hosts, or set host.tag to a name that is this host's";
        return [verdict.IsRefused
            // chmpx judges for itself at its start; what it runs with was right then.
            ? await host.ViewAsync() is null ? CheckResult.Failed(Name, $"{verdict.Code}", verdict.Message, Next) : CheckResult.Warning(Name, $"{verdict.Code}", $"{verdict.Message}; it runs now", Next)
            : verdict.Code == OwnNameCode.NotKnown ? CheckResult.Unknown(Name, verdict.Message) with { Reason = $"{verdict.Code}" }
            : CheckResult.Ok(Name, verdict.Message)];
    }
}
