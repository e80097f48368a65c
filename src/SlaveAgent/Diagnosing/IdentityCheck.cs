using SlaveAgent.Files;
using SlaveAgent.Identity;

namespace SlaveAgent.Diagnosing;

/// <summary>Who this host is to K2HR3, and whether its token is there and is kept from others.</summary>
internal sealed class IdentityCheck(DiagnosedHost host) : ICheck
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const string Bootstrap = "run k2hdkc-slave-agent bootstrap with what is missing";

    public string Name => CheckNames.Identity;

    public CheckGroup Group => CheckGroup.K2hr3;

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<CheckResult>>([Identity(), Token()]);

    private CheckResult Identity()
    {
        var decision = host.Decision;
        var who = host.Identity is { } identity ? $"{identity.Who.Cuk}, {identity.Who.Tag}, in {identity.Who.Role}" : decision.Message;
        return File.Exists(host.Root.Agent.UnregisteredMarker)
            ? CheckResult.Failed(Name, "Unregistered", "this host was unregistered, and the agent is paused", "run k2hdkc-slave-agent bootstrap to take it into its role again")
            : decision.Code switch
            {
                IdentityCode.Accepted => CheckResult.Ok(Name, who),
                IdentityCode.First => CheckResult.Warning(Name, $"{decision.Code}", $"{decision.Message}: {who}", "run k2hdkc-slave-agent bootstrap; its messages say what K2HR3 answers"),
                IdentityCode.Offered or IdentityCode.OfferUnusable => CheckResult.Warning(Name, $"{decision.Code}", decision.Message, "see the journal of k2hdkc-slave-agent for what K2HR3 answers to it"),
                IdentityCode.NoToken when IsHidden => CheckResult.Unknown(Name, "the token may not be read; run this command as root"),
                _ => CheckResult.Failed(Name, $"{decision.Code}", decision.Message, Bootstrap),
            };
    }

    private CheckResult Token()
    {
        if (host.Identity is { Who.ByAddress: true })
        {
            return CheckResult.Skipped(CheckNames.Token, "K2HR3 knows this host by its address");
        }

        foreach (var path in Files())
        {
            if (FileStatus.OfTarget(path) is { Kind: FileKind.Regular } status && (status.Mode & Others) != 0)
            {
                return CheckResult.Warning(CheckNames.Token, "Exposed", $"{path} has mode {Convert.ToString((int)status.Mode, 8)}, and is not its owner's alone", $"chmod 0600 {path}; whoever read it can act as the role");
            }
        }

        return host.Identity?.Token is not null ? CheckResult.Ok(CheckNames.Token, "there is one; whether K2HR3 takes it is told by role")
            : host.Identity is not null ? CheckResult.Unknown(CheckNames.Token, "it comes by a credential that only the daemon has")
            : IsHidden ? CheckResult.Unknown(CheckNames.Token, "it may not be read; run this command as root")
            : host.Decision.Code == IdentityCode.NoToken ? CheckResult.Failed(CheckNames.Token, $"{IdentityCode.NoToken}", host.Decision.Message, "put it there with mode 0600, or give it to bootstrap by --token-file -")
            : CheckResult.Skipped(CheckNames.Token, "the identity is not complete");
    }

    private bool IsHidden => Files().Any(path => FileStatus.OfTarget(path) is not null && RegularFile.TryRead(path) is null && Posix.EffectiveUser() != 0);

    private IEnumerable<string> Files() => new[] { IdentityFiles.Token, host.Settings.K2hr3.TokenFile }.OfType<string>().Select(host.Root.At);
}
