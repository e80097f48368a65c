using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Settings;

namespace SlaveAgent.Packages;

/// <summary>Installs what the role lists and the host does not have. What cannot be had is named, and everything else is installed all the same.</summary>
/// <param name="account">chmpx's user, created after the packages: one of them may bring it.</param>
/// <param name="delegated">Has the bootstrap service install what is missing; null when the agent may do so itself.</param>
public sealed class PackageController(
    RoleMemory role,
    ConfigurationFile file,
    Func<PackageInstaller?> findInstaller,
    PackageSettings settings,
    ChmpxAccount account,
    Func<CancellationToken, Task<CommandResult>>? delegated,
    HoldKeeper? holds = null) : IController
{
    /// <summary>At the longest delay between two tries, the role is read again after some four minutes.</summary>
    internal const int ReadRoleEvery = 4;

    /// <summary>In a row.</summary>
    private int _failures;

    public ControllerKinds Kind => ControllerKinds.Packages;

    public string Name => "packages";

    public Lane Lane => Lane.Packages;

    /// <summary>A slow mirror behind a lock held for long: a package manager is waited for, never killed.</summary>
    public TimeSpan WatchdogLimit => TimeSpan.FromHours(2);

    /// <summary>The last run found nothing to install, or installed it.</summary>
    public bool IsComplete { get; private set; }

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        var outcome = await ReconcileAsync(cancel);
        IsComplete = outcome.IsSettled;
        return outcome;
    }

    private async Task<Outcome> ReconcileAsync(CancellationToken cancel)
    {
        var isSlaveNode = role.IsSlaveNode ?? file.IsThere;
        if (role.KeysFor(isSlaveNode) is not { } keys)
        {
            return new Outcome.Waiting("which packages the role lists is not known yet") { Reason = Reasons.RoleUnknown };
        }

        var skipped = !role.IsSurelyOther ? keys.Packages.Concat(keys.AntPickaxPackages).Where(name => settings.Superseded.Any(package => PackageName.IsFor(name, package))).Distinct().ToList() : [];
        var packages = keys.Packages.Except(skipped).Distinct().ToList();
        var antPickax = keys.AntPickaxPackages.Except(skipped).Except(packages).Distinct().ToList();
        var note = skipped.Count > 0 ? $"; left out, {WhyLeftOut(isSlaveNode)}: {string.Join(", ", skipped)}" : string.Empty;
        var outcome = packages.Count + antPickax.Count == 0
            ? new Outcome.Unchanged($"the role lists no packages{note}")
            : await InstallAsync(packages, antPickax, note, cancel);
        var noUser = isSlaveNode && holds?.IsPaused is not true ? await account.EnsureAsync(cancel) : null;
        _failures = outcome is Outcome.Failed ? _failures + 1 : 0;
        return ((outcome.IsSettled ? noUser : null) ?? outcome) with
        {
            // A list that cannot be had may be what a store in trouble once said, and is read again long before its interval is over: every fourth time, because a reading
            // is five requests, and has the packages tried again.
            Triggers = _failures % ReadRoleEvery == 1 ? ControllerKinds.Role : !IsComplete && outcome.IsSettled ? ControllerKinds.Services : ControllerKinds.None,
            TriggerReason = outcome.Reason,
        };
    }

    internal static string WhyLeftOut(bool isSlaveNode) => isSlaveNode ? "because this agent does its work" : "until it is certain that the role is no slave node's";

    private async Task<Outcome> InstallAsync(List<string> packages, List<string> antPickax, string note, CancellationToken cancel)
    {
        if (findInstaller() is not { } installer)
        {
            return new Outcome.Failed(
                "installing packages failed: this system is neither of the Debian nor of the Red Hat family (ID and ID_LIKE in /etc/os-release)",
                Consequence.NeedsPerson)
            {
                Reason = Reasons.UnsupportedSystem,
            };
        }

        var invalid = packages.Concat(antPickax).Where(name => !PackageName.IsValid(name, installer.Family)).ToList();
        var outcome = await InstallAsync(installer, [.. packages.Except(invalid)], [.. antPickax.Except(invalid)], note, cancel);
        return invalid.Count == 0 ? outcome : new Outcome.Failed(
            $"the role lists what no package can be called: {Printable.Of(invalid)}; of the others: {outcome.Message}", Consequence.NeedsPerson)
        {
            Reason = outcome.IsSettled ? Reasons.InvalidName : outcome.Reason,
        };
    }

    private async Task<Outcome> InstallAsync(PackageInstaller installer, List<string> packages, List<string> antPickax, string note, CancellationToken cancel)
    {
        var installs = settings.Install && delegated is null;
        var (missing, newer) = await installer.ObserveAsync(packages, simulates: !installs, cancel);
        var (missingAntPickax, newerAntPickax) = await installer.ObserveAsync(antPickax, simulates: !installs, cancel);
        var all = missing.Concat(missingAntPickax).ToList();
        var kept = newer.Concat(newerAntPickax).ToList();
        if (kept.Count > 0)
        {
            note = $"; a newer version than the role lists stays installed: {string.Join(", ", kept)}{note}";
        }

        if (all.Count == 0)
        {
            return new Outcome.Unchanged($"all {packages.Count + antPickax.Count} packages are installed{note}") { Reason = kept.Count > 0 ? Reasons.NewerInstalled : Reasons.AsDesired };
        }

        if (holds?.IsPaused is true)
        {
            return new Outcome.Waiting($"packages are missing ({string.Join(", ", all)}); nothing is installed, because the agent is paused") { Reason = Reasons.Paused };
        }

        if (!settings.Install)
        {
            return new Outcome.Failed(
                $"packages are missing ({string.Join(", ", all)}) and packages.install is off; install them or switch it on", Consequence.NeedsPerson)
            {
                Reason = Reasons.InstallOff,
            };
        }

        if (delegated is not null)
        {
            return await delegated(cancel) is { IsDone: false } notStarted
                ? new Outcome.Failed($"packages are missing ({string.Join(", ", all)}) and {AgentUnits.Bootstrap} could not be started: {notStarted.LastLines()}") { Reason = Reasons.PackagesMissing }
                : new Outcome.Waiting($"packages are missing ({string.Join(", ", all)}); {AgentUnits.Bootstrap} installs them") { Reason = Reasons.Delegated };
        }

        return OutcomeOf(await installer.InstallAsync(missing, missingAntPickax, cancel), kept.Count > 0, note);
    }

    private static Outcome OutcomeOf(InstallResult result, bool isNewerKept, string note)
    {
        var installed = result.Installed.Count > 0 ? $"installed {string.Join(", ", result.Installed)}" : string.Empty;
        if (result.Missing.Count == 0)
        {
            return new Outcome.Changed($"{installed}{note}") { Reason = isNewerKept ? Reasons.NewerInstalled : Reasons.Changed };
        }

        var missing = string.Join(", ", result.Missing);
        var why = result.Last.IsDone ? $"the package manager ended well but did not install {missing}" : $"installing {missing} failed: {result.Last.LastLines()}";
        return new Outcome.Failed((result.RepositoryProblem is { } problem ? $"{problem}; not installed: {missing}" : why) + (installed.Length > 0 ? $"; {installed}" : string.Empty))
        {
            Reason = result.RepositoryProblem is null ? Reasons.PackagesMissing : result.RepositoryReason,
        };
    }
}
