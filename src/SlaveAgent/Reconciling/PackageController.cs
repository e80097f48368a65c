using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;
using SlaveAgent.K2hr3;
using SlaveAgent.Settings;

namespace SlaveAgent.Reconciling;

/// <summary>
/// Installs what the role lists and the host does not have. Also finds out whether the role is a slave node's at all, because only there the agent
/// stands in for some of the packages.
/// </summary>
/// <param name="account">chmpx's user, created after the packages: one of them may bring it.</param>
/// <param name="delegated">Has the bootstrap service install what is missing; null when the agent may do so itself.</param>
public sealed class PackageController(
    RoleMemory role,
    ResourceReader resource,
    string cuk,
    Func<IPackageManager?> findManager,
    Func<CancellationToken, Task<(string? Key, string? Problem)>> readRepositoryKey,
    PackageSettings settings,
    ChmpxAccount account,
    Func<CancellationToken, Task<CommandResult>>? delegated) : IController
{
    // Certificates may come with a package that is yet to be installed; here it only matters what the resource is for.
    private static readonly HostFiles AnyFiles = new(_ => true, _ => true);

    public ControllerKinds Kind => ControllerKinds.Packages;

    public string Name => "install packages";

    public bool AsksK2hr3 => true;

    /// <summary>A slow mirror behind a lock held for long: a package manager is waited for, never killed.</summary>
    public TimeSpan WatchdogLimit => TimeSpan.FromHours(2);

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        if (await LearnRoleAsync(cancel) is { } failed)
        {
            return failed;
        }

        var isSlaveNode = role.IsSlaveNode is true;
        var keys = role.KeysFor(isSlaveNode)!;
        var skipped = !role.IsSurelyOther ? settings.Superseded.Intersect(keys.Packages.Concat(keys.AntPickaxPackages)).ToList() : [];
        var packages = keys.Packages.Except(skipped).Distinct().ToList();
        var antPickax = keys.AntPickaxPackages.Except(skipped).Except(packages).Distinct().ToList();
        var note = (isSlaveNode && role.Keys!.ListsNothing ? "; as the role lists nothing, this slave node gets the documented packages and services" : string.Empty)
            + (skipped.Count > 0 ? $"; left out, {WhyLeftOut(isSlaveNode)}: {string.Join(", ", skipped)}" : string.Empty)
            + (role.Kept is { } kept ? $"; {kept}" : string.Empty);
        var outcome = packages.Count + antPickax.Count == 0
            ? new Outcome.Unchanged($"the role lists no packages{note}")
            : await InstallAsync(packages, antPickax, note, cancel);
        var noUser = isSlaveNode ? await account.EnsureAsync(cancel) : null;
        if ((outcome.IsSettled ? noUser : outcome) is { } open)
        {
            return open;
        }

        return outcome with
        {
            Triggers = ControllerKinds.Services,
            TriggerReason = $"{(isSlaveNode ? "slave" : role.IsSurelyOther ? "other" : "maybe other")}: {string.Join(',', keys.Units)}",
            IsUnconfirmed = !isSlaveNode && (role.IsUnconfirmed || resource.NotASlave is EvidenceStage.Unconfirmed),
            RecheckAfter = Sooner(role.RecheckAfter, resource.NotASlave is EvidenceStage.Unconfirmed ? resource.Remaining : null),
            Code = isSlaveNode && role.Keys!.ListsNothing ? ReasonCodes.DocumentedSet : null,
        };
    }

    internal static string WhyLeftOut(bool isSlaveNode) => isSlaveNode ? "because this agent does its work" : "until it is certain that the role is no slave node's";

    private static TimeSpan? Sooner(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b : a;

    private async Task<Outcome?> LearnRoleAsync(CancellationToken cancel)
    {
        // Of a slave node's role each poll learns anew what its resource is; to ask once more would be one request of sixteen too many.
        if (role.IsSlaveNode is true)
        {
            return await role.ReadKeysAsync(cancel);
        }

        var answer = await resource.LookAsync(anew: false, cancel);
        switch (resource.NotASlave)
        {
            case EvidenceStage.TooFew when answer is K2hr3Answer.Text:
                return new Outcome.Waiting($"{resource.WhyNotASlave}; K2HR3 has to say so again");
            case (EvidenceStage.Unconfirmed or EvidenceStage.Confirmed) and var stage:
                role.LearnOther(isConfirmed: stage is EvidenceStage.Confirmed);
                if (!resource.IsUnreadable)
                {
                    return await role.ReadKeysAsync(cancel);
                }

                role.LearnUnreadable();
                return null;
        }

        if (answer is not K2hr3Answer.Text text)
        {
            return K2hr3Outcome.Of(answer, "reading the role's resource");
        }

        role.Learn(ConfigurationPlan.Make(text.Value, cuk, AnyFiles), resource.AcceptedText is not null);
        return await role.ReadKeysAsync(cancel);
    }

    private async Task<Outcome> InstallAsync(List<string> packages, List<string> antPickax, string note, CancellationToken cancel)
    {
        if (findManager() is not { } manager)
        {
            return new Outcome.Failed(
                "installing packages failed: this system is neither of the Debian nor of the Red Hat family (ID and ID_LIKE in /etc/os-release)",
                Consequence.NeedsPerson);
        }

        if (packages.Concat(antPickax).Where(name => !PackageName.IsValid(name, manager.Family)).ToList() is { Count: > 0 } refused)
        {
            return new Outcome.Failed(
                $"installing packages refused: the role lists what no package can be called: {string.Join(", ", refused.Select(Printable))}",
                Consequence.NeedsPerson);
        }

        var missing = await MissingAsync(manager, packages, cancel);
        var missingAntPickax = await MissingAsync(manager, antPickax, cancel);
        var all = missing.Concat(missingAntPickax).ToList();
        if (all.Count == 0)
        {
            return new Outcome.Unchanged($"all {packages.Count + antPickax.Count} packages are there{note}");
        }

        if (!settings.Install)
        {
            return new Outcome.Failed(
                $"packages are missing ({string.Join(", ", all)}) and packages.install is off; install them or switch it on", Consequence.NeedsPerson);
        }

        if (delegated is not null)
        {
            return await delegated(cancel) is { IsDone: false } notStarted
                ? new Outcome.Failed($"packages are missing ({string.Join(", ", all)}) and {AgentUnits.Bootstrap} could not be started: {notStarted.LastLines()}")
                : new Outcome.Waiting($"packages are missing ({string.Join(", ", all)}); {AgentUnits.Bootstrap} installs them");
        }

        if (missingAntPickax.Count > 0 && await SetUpRepositoryAsync(manager, cancel) is { } problem)
        {
            return new Outcome.Failed($"setting up the AntPickax repository failed: {problem}");
        }

        var result = await manager.InstallAsync(all);
        var still = await MissingAsync(manager, all, cancel);
        return still.Count == 0
            ? new Outcome.Changed($"installed {string.Join(", ", all)}{note}")
            : new Outcome.Failed(result.IsDone
                ? $"the package manager ended well but did not install {string.Join(", ", still)}"
                : $"installing {string.Join(", ", still)} failed: {result.LastLines()}");
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

    internal static string Printable(string name) =>
        $"\"{new string([.. name.Take(60).Select(c => char.IsControl(c) ? '?' : c)])}\"";
}
