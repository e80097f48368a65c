using System.Security.Cryptography;
using System.Text;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Packages;

/// <summary>Installs packages by one package manager: fetches its lists no oftener than it helps, and keeps the source of the AntPickax repository only where that exists and the host has none of its own.</summary>
/// <param name="readKey">Reads the repository's key, or says why it cannot be used.</param>
public sealed class PackageInstaller(
    IPackageManager manager, HostRoot root, Func<CancellationToken, Task<(string? Key, string? Problem)>> readKey, TimeProvider time)
{
    public PackageFamily Family => manager.Family;

    private string MemoryPath => root.Agent.PackageLists;

    /// <summary>Those of the packages that are not installed, under whatever name; and those of which a newer version is.</summary>
    /// <param name="simulates">Whether the package manager is asked as well, which takes a second for each that its database does not know.</param>
    public async Task<(IReadOnlyList<string> Missing, IReadOnlyList<string> Newer)> ObserveAsync(IEnumerable<string> packages, bool simulates, CancellationToken cancel)
    {
        List<string> missing = [], newer = [];
        foreach (var package in packages)
        {
            switch (await manager.StateOfAsync(package, cancel))
            {
                case PackageState.NewerInstalled:
                    newer.Add(package);
                    break;
                case PackageState.Missing when !simulates || !await manager.ChangesNothingAsync(package, cancel):
                    missing.Add(package);
                    break;
            }
        }

        return (missing, newer);
    }

    /// <param name="packages">What is missing and no package of the repository.</param>
    /// <param name="antPickax">What is missing and in the AntPickax repository.</param>
    public async Task<InstallResult> InstallAsync(IReadOnlyList<string> packages, IReadOnlyList<string> antPickax, CancellationToken cancel)
    {
        IReadOnlyList<string> all = [.. packages, .. antPickax];
        var last = StateFile.TryLoad(MemoryPath, PackagesJson.Default.ListUpdate);
        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', all.Append(manager.RepositoryAddress)))));
        var now = time.GetElapsedTime(0);
        var isDue = ListUpdate.IsDue(last, digest, now);
        var isKnownAbsent = !isDue && last!.IsRepositoryAbsent;
        var (problem, reason, isWritten) = antPickax.Count == 0 ? (null, Reasons.AsDesired, false)
            : isKnownAbsent ? Absent()
            : await SetUpRepositoryAsync(cancel);
        var wanted = reason == Reasons.RepositoryFailed ? packages : all;
        CommandResult? updated = null;
        if (wanted.Count > 0 && (isDue || isWritten))
        {
            updated = await manager.UpdateListsAsync();
            if (antPickax.Count > 0 && reason == Reasons.AsDesired && manager.IsRepositoryAbsent(updated) && manager.RemoveRepository())
            {
                (problem, reason, _) = Absent();
            }

            StateFile.Save(
                MemoryPath, new ListUpdate(time.GetElapsedTime(0), last?.For == digest ? last.Times + 1 : 1, digest, reason == Reasons.RepositoryAbsent), PackagesJson.Default.ListUpdate);
        }

        var (result, still) = wanted.Count == 0 ? (new CommandResult(0, string.Empty), []) : await InstallAsync(wanted, cancel);
        if (still.Count == 0 && wanted.Count == all.Count)
        {
            RegularFile.Delete(MemoryPath);
        }

        // One broken source of the host fails the whole update, although the needed lists may be available.
        return new InstallResult(
            [.. wanted.Except(still)], [.. still, .. all.Except(wanted)], result.IsDone || updated is null or { IsDone: true } ? result : updated, reason, problem);
    }

    private (string Problem, string Reason, bool IsWritten) Absent() =>
        ($"there is no AntPickax repository that can be used at {manager.RepositoryAddress}, so its source was taken away again; packages.antpickax.distribution names another", Reasons.RepositoryAbsent, false);

    private async Task<(string? Problem, string Reason, bool IsWritten)> SetUpRepositoryAsync(CancellationToken cancel)
    {
        if (manager.RepositoryAddress is null)
        {
            // Also one that an earlier agent wrote without a name.
            manager.RemoveRepository();
            return ("what the AntPickax repository calls this system is not known, so its source was not added; packages.antpickax.distribution names it", Reasons.DistributionUnknown, false);
        }

        if (manager.HasRepository)
        {
            return (null, Reasons.AsDesired, manager.RemoveRepository());
        }

        var (key, problem) = await readKey(cancel);
        return key is null ? ($"setting up the AntPickax repository failed: {problem}", Reasons.RepositoryFailed, false) : (null, Reasons.AsDesired, manager.SetUpRepository(key));
    }

    private async Task<(CommandResult Result, IReadOnlyList<string> Still)> InstallAsync(IReadOnlyList<string> packages, CancellationToken cancel)
    {
        var result = await manager.InstallAsync(packages);
        var (still, _) = await ObserveAsync(packages, simulates: true, cancel);
        if (still.Count == 0 || packages.Count == 1)
        {
            return (result, still);
        }

        // One that cannot be had fails the whole transaction.
        foreach (var package in still)
        {
            cancel.ThrowIfCancellationRequested();
            if (await manager.InstallAsync([package]) is { IsDone: false } failed)
            {
                result = failed;
            }
        }

        return (result, (await ObserveAsync(still, simulates: true, cancel)).Missing);
    }
}
