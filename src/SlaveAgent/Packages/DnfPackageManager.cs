using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Packages;

/// <summary>dnf, or yum where there is no dnf, and rpm (Hosting/README.md, "dnf and rpm").</summary>
/// <param name="repository">The AntPickax repository, without the distribution.</param>
/// <param name="distribution">The repository's name for this system, such as <c>el/9</c>; null where none is known.</param>
public sealed class DnfPackageManager(CommandRunner commands, HostRoot root, Uri repository, string? distribution) : IPackageManager
{
    private const string RepositoryFile = "/etc/yum.repos.d/antpickax.repo";
    private const string KeyFile = "/etc/pki/rpm-gpg/RPM-GPG-KEY-antpickax";

    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(15);

    /// <summary>It may fetch lists first.</summary>
    private static readonly TimeSpan SimulationTimeout = TimeSpan.FromMinutes(5);

    public PackageFamily Family => PackageFamily.RedHat;

    public string? RepositoryAddress { get; } = RepositoryDistribution.AddressOf(repository, distribution);

    public async Task<PackageState> StateOfAsync(string package, CancellationToken cancel) =>
        (await commands.RunAsync("rpm", ["-q", "--", package], CommandTimeout, cancel)).IsDone
            || (await commands.RunAsync("rpm", ["-q", "--whatprovides", "--", package], CommandTimeout, cancel)).IsDone ? PackageState.Installed
        : PackageName.MayNameVersion(package) && await DowngradesAsync([package], cancel) ? PackageState.NewerInstalled
        : PackageState.Missing;

    // With --assumeno dnf ends well only where there is nothing to ask.
    public async Task<bool> ChangesNothingAsync(string package, CancellationToken cancel) =>
        await SimulateAsync([package], cancel) is { IsDone: true } simulated && simulated.Output.Contains("Nothing to do", StringComparison.Ordinal);

    /// <summary>dnf fetches lists when they are old; of a repository that was just added it is found out here whether it exists. With -q the reason would not be shown.</summary>
    public async Task<CommandResult> UpdateListsAsync() => File.Exists(root.At(RepositoryFile))
        ? await RunAsync("-y", "--disablerepo=*", "--enablerepo=antpickax", "--setopt=antpickax.skip_if_unavailable=0", "makecache")
        : new CommandResult(0, string.Empty);

    // dnf itself waits for a lock held by another process; retries help when a mirror answers 503 once. It has no option to downgrade nothing before dnf5.
    public async Task<CommandResult> InstallAsync(IReadOnlyList<string> packages) => await DowngradesAsync(packages, CancellationToken.None)
        ? new CommandResult(1, $"dnf would downgrade an installed package for {string.Join(", ", packages)}: dnf --assumeno install {string.Join(' ', packages)} names it")
        : await RunAsync(["-y", "-q", "--setopt=retries=3", "install", .. packages]);

    // dnf reads two of one address side by side.
    public bool HasRepository => false;

    public bool SetUpRepository(string key)
    {
        var source = string.Join('\n',
            SystemFile.Header,
            "[antpickax]",
            "name=AntPickax",
            $"baseurl={RepositoryAddress}/$basearch",
            "enabled=1",
            "gpgcheck=1",
            "repo_gpgcheck=0",
            // One that cannot be reached keeps dnf from nothing else.
            "skip_if_unavailable=1",
            $"gpgkey=file://{KeyFile}",
            string.Empty);
        var writtenKey = SystemFile.WriteIfDifferent(root.At(KeyFile), key);
        return SystemFile.WriteIfDifferent(root.At(RepositoryFile), source) || writtenKey;
    }

    public bool RemoveRepository() => SystemFile.RemoveOwn(root, RepositoryFile, KeyFile);

    // Such as "Status code: 404 for https://.../repodata/repomd.xml"; dnf has no code for it, and speaks the C locale here.
    public bool IsRepositoryAbsent(CommandResult updated) => !updated.IsDone && updated.Output.Split('\n').Any(line =>
        (line.Contains("Status code: 404 ", StringComparison.Ordinal) || line.Contains("Status code: 403 ", StringComparison.Ordinal))
        && line.Contains($"{RepositoryAddress}/", StringComparison.Ordinal));

    private async Task<bool> DowngradesAsync(IReadOnlyList<string> packages, CancellationToken cancel) =>
        (await SimulateAsync(packages, cancel)).Output.Contains("Downgrad", StringComparison.Ordinal);

    /// <summary>Of the table only the heads of its parts matter, of which there may be megabytes.</summary>
    private Task<CommandResult> SimulateAsync(IReadOnlyList<string> packages, CancellationToken cancel) => commands.RunAsync(
        "dnf", ["--assumeno", "install", .. packages], SimulationTimeout, cancel,
        line => line.StartsWith("Nothing to do", StringComparison.Ordinal) || line.StartsWith("Downgrad", StringComparison.Ordinal));

    private static async Task<CommandResult> RunAsync(params string[] arguments)
    {
        var done = await CommandRunner.RunToCompletionAsync("dnf", arguments);
        return done.ExitCode is null ? await CommandRunner.RunToCompletionAsync("yum", arguments) : done;
    }
}
