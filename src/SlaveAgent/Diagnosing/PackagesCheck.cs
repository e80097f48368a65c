using SlaveAgent.Composition;
using SlaveAgent.Files;
using SlaveAgent.Packages;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Diagnosing;

/// <summary>Whether what the role lists is installed, by the package manager's database.</summary>
internal sealed class PackagesCheck(DiagnosedHost host) : ICheck
{
    public string Name => CheckNames.Packages;

    public CheckGroup Group => CheckGroup.Host;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel) => [await CheckAsync(cancel)];

    private async Task<CheckResult> CheckAsync(CancellationToken cancel)
    {
        if (host.Systemd.WhyAbsent is { } why)
        {
            return CheckResult.Skipped(Name, $"nothing is installed, because {why}");
        }

        if (host.KeysInForce is not { } keys)
        {
            return CheckResult.Skipped(Name, "what the role lists was never read from K2HR3");
        }

        if (AgentParts.FindInstaller(host.Settings.Packages, host.Root, host.Commands, host.Time) is not { } installer)
        {
            return CheckResult.Failed(Name, Reasons.UnsupportedSystem, "this system is neither of the Debian nor of the Red Hat family", "install the role's packages by hand");
        }

        var names = keys.Packages.Concat(keys.AntPickaxPackages).Distinct().Where(name => !host.Settings.Packages.Superseded.Any(package => PackageName.IsFor(name, package))).ToList();
        var invalid = names.Where(name => !PackageName.IsValid(name, installer.Family)).ToList();
        if (invalid.Count > 0)
        {
            return CheckResult.Failed(Name, Reasons.InvalidName, $"the role lists what no package can be called: {Printable.Of(invalid)}", "correct the role's lists in K2HR3");
        }

        var (missing, newer) = await installer.ObserveAsync(names, simulates: true, cancel);
        return missing.Count > 0
            ? CheckResult.Failed(Name, Reasons.PackagesMissing, $"not installed: {string.Join(", ", missing)}", "journalctl -u k2hdkc-slave-bootstrap -u k2hdkc-slave-agent tells what the package manager said")
            : CheckResult.Ok(Name, $"all {names.Count} are installed{(newer.Count > 0 ? $"; newer than the role lists: {string.Join(", ", newer)}" : string.Empty)}");
    }
}
