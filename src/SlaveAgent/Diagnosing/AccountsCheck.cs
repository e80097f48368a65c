using SlaveAgent.Hosting;
using SlaveAgent.Packages;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Settings;

namespace SlaveAgent.Diagnosing;

/// <summary>Whether chmpx's user and the group that it shares its files with exist, where the agent decides who chmpx runs as.</summary>
internal sealed class AccountsCheck(DiagnosedHost host) : ICheck
{
    public string Name => CheckNames.ChmpxUser;

    public CheckGroup Group => CheckGroup.Host;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        if (host.Systemd.WhyAbsent is { } why)
        {
            return [CheckResult.Skipped(Name, $"who chmpx runs as is not the agent's to say, because {why}")];
        }

        if (!new ChmpxDropIn(host.Root, host.Settings.Chmpx.Unit, host.File.HostPath, string.Empty, () => null).IsForThisHost)
        {
            return [CheckResult.Skipped(Name, $"{host.Settings.Chmpx.Unit} is not the packaged unit, and says itself who chmpx runs as")];
        }

        const string Create = "systemctl start k2hdkc-slave-bootstrap, which creates it";
        var user = ChmpxUser.Candidates(host.Keys?.ChmpxUser, host.Overrides.Find("SUBPROCESS_USER", OverrideConf.ChmpxHelper))[0];
        var found = await new Accounts(host.Root, host.Commands).FindAsync(user.Name, cancel);
        if (found.Uid is null)
        {
            return [found.IsMissing
                ? CheckResult.Failed(Name, Reasons.ChmpxUserMissing, $"chmpx's user {user.Name} ({user.Source}) does not exist", Create)
                : CheckResult.Unknown(Name, found.Problem!) with { Reason = Reasons.ChmpxUserUnknown }];
        }

        if (host.Settings.Chmpx.Access == ChmpxAccess.All)
        {
            return [CheckResult.Ok(Name, $"chmpx's user {user.Name} exists; every local user may use the cluster")];
        }

        var group = await new GroupAccounts(host.Root, host.Commands).FindAsync(ChmpxGroup.Name, cancel);
        return [group.IsMissing ? CheckResult.Failed(Name, Reasons.ChmpxGroupMissing, $"the group {ChmpxGroup.Name}, which chmpx shares its files with, does not exist", Create)
            : group.Problem is { } problem ? CheckResult.Unknown(Name, problem) with { Reason = Reasons.ChmpxGroupUnknown }
            : CheckResult.Ok(Name, $"chmpx's user {user.Name} and the group {ChmpxGroup.Name} exist")];
    }
}
