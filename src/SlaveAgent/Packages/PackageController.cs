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
    Func<IPackageManager?> findManager,
    Func<CancellationToken, Task<(string? Key, string? Problem)>> readRepositoryKey,
    PackageSettings settings,
    ChmpxAccount account,
    Func<CancellationToken, Task<CommandResult>>? delegated) : IController
{
    /// <summary>In a row.</summary>
    /// <summary>At the longest delay between two tries, the role is read again after some four minutes.</summary>
    internal const int ReadRoleEvery = 4;

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

        var skipped = !role.IsSurelyOther ? settings.Superseded.Intersect(keys.Packages.Concat(keys.AntPickaxPackages)).ToList() : [];
        var packages = keys.Packages.Except(skipped).Distinct().ToList();
        var antPickax = keys.AntPickaxPackages.Except(skipped).Except(packages).Distinct().ToList();
        var note = skipped.Count > 0 ? $"; left out, {WhyLeftOut(isSlaveNode)}: {string.Join(", ", skipped)}" : string.Empty;
        var outcome = packages.Count + antPickax.Count == 0
            ? new Outcome.Unchanged($"the role lists no packages{note}")
            : await InstallAsync(packages, antPickax, note, cancel);
        var noUser = isSlaveNode ? await account.EnsureAsync(cancel) : null;
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
        if (findManager() is not { } manager)
        {
            return new Outcome.Failed(
                "installing packages failed: this system is neither of the Debian nor of the Red Hat family (ID and ID_LIKE in /etc/os-release)",
                Consequence.NeedsPerson)
            {
                Reason = Reasons.UnsupportedSystem,
            };
        }

        var invalid = packages.Concat(antPickax).Where(name => !PackageName.IsValid(name, manager.Family)).ToList();
        var outcome = await InstallAsync(manager, [.. packages.Except(invalid)], [.. antPickax.Except(invalid)], note, cancel);
        return invalid.Count == 0 ? outcome : new Outcome.Failed(
            $"the role lists what no package can be called: {Printable.Of(invalid)}; of the others: {outcome.Message}", Consequence.NeedsPerson)
        {
            Reason = outcome.IsSettled ? Reasons.InvalidName : outcome.Reason,
        };
    }

    private async Task<Outcome> InstallAsync(IPackageManager manager, List<string> packages, List<string> antPickax, string note, CancellationToken cancel)
    {
        var missing = await MissingAsync(manager, packages, cancel);
        var missingAntPickax = await MissingAsync(manager, antPickax, cancel);
        var all = missing.Concat(missingAntPickax).ToList();
        if (all.Count == 0)
        {
            return new Outcome.Unchanged($"all {packages.Count + antPickax.Count} packages are installed{note}");
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

        var noRepository = missingAntPickax.Count > 0 ? await SetUpRepositoryAsync(manager, cancel) : null;
        return await InstallAsync(manager, noRepository is null ? all : missing, note, cancel) is var outcome && noRepository is null ? outcome
            : new Outcome.Failed($"setting up the AntPickax repository failed: {noRepository}; not installed: {string.Join(", ", missingAntPickax)}") { Reason = Reasons.RepositoryFailed };
    }

    private static async Task<Outcome> InstallAsync(IPackageManager manager, List<string> packages, string note, CancellationToken cancel)
    {
        if (packages.Count == 0)
        {
            return new Outcome.Unchanged("nothing else is missing");
        }

        var result = await manager.InstallAsync(packages);
        var still = await MissingAsync(manager, packages, cancel);
        if (still.Count > 0 && packages.Count > 1)
        {
            // One that cannot be had fails the whole transaction.
            foreach (var package in still.ToList())
            {
                cancel.ThrowIfCancellationRequested();
                if (await manager.InstallAloneAsync(package) is { IsDone: false } failed)
                {
                    result = failed;
                }
            }

            still = await MissingAsync(manager, still, cancel);
        }

        var installed = packages.Except(still).ToList();
        return still.Count == 0
            ? new Outcome.Changed($"installed {string.Join(", ", installed)}{note}")
            : new Outcome.Failed((result.IsDone
                ? $"the package manager ended well but did not install {string.Join(", ", still)}"
                : $"installing {string.Join(", ", still)} failed: {result.LastLines()}")
                + (installed.Count > 0 ? $"; installed {string.Join(", ", installed)}" : string.Empty))
            {
                Reason = Reasons.PackagesMissing,
            };
    }

    private async Task<string?> SetUpRepositoryAsync(IPackageManager manager, CancellationToken cancel)
    {
        var (key, problem) = await readRepositoryKey(cancel);
        if (key is null)
        {
            return problem;
        }

        manager.SetUpRepository(key);
        return null;
    }

    private static async Task<List<string>> MissingAsync(IPackageManager manager, IEnumerable<string> packages, CancellationToken cancel)
    {
        var missing = new List<string>();
        foreach (var package in packages)
        {
            if (!await manager.IsInstalledAsync(package, cancel))
            {
                missing.Add(package);
            }
        }

        return missing;
    }
}
