using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Packages;

/// <summary>dnf, or yum where there is no dnf, and rpm.</summary>
/// <param name="repository">The AntPickax repository, without the distribution.</param>
public sealed class DnfPackageManager(CommandRunner commands, HostRoot root, OsRelease os, Uri repository, string? distribution)
    : IPackageManager
{
    private const string RepositoryFile = "/etc/yum.repos.d/antpickax.repo";
    private const string KeyFile = "/etc/pki/rpm-gpg/RPM-GPG-KEY-antpickax";

    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(15);

    public PackageFamily Family => PackageFamily.RedHat;

    public async Task<bool> IsInstalledAsync(string package, CancellationToken cancel) =>
        (await commands.RunAsync("rpm", ["-q", "--", package], CommandTimeout, cancel)).IsDone;

    public async Task<CommandResult> InstallAsync(IReadOnlyList<string> packages)
    {
        // dnf itself waits for a lock held by another process; retries help when a mirror answers 503 once.
        string[] arguments = ["-y", "-q", "--setopt=retries=3", "install", .. packages];
        var installed = await CommandRunner.RunToCompletionAsync("dnf", arguments);
        return installed.ExitCode is null ? await CommandRunner.RunToCompletionAsync("yum", arguments) : installed;
    }

    public Task<CommandResult> InstallAloneAsync(string package) => InstallAsync([package]);

    public bool SetUpRepository(string key)
    {
        var source = string.Join('\n',
            "# Written by k2hdkc-slave-agent.",
            "[antpickax]",
            "name=AntPickax",
            $"baseurl={repository.ToString().TrimEnd('/')}/{distribution ?? DefaultDistribution()}/$basearch",
            "enabled=1",
            "gpgcheck=1",
            "repo_gpgcheck=0",
            $"gpgkey=file://{KeyFile}",
            string.Empty);
        var writtenKey = SystemFile.WriteIfDifferent(root.At(KeyFile), key);
        return SystemFile.WriteIfDifferent(root.At(RepositoryFile), source) || writtenKey;
    }

    private string DefaultDistribution() =>
        $"{(os.Id == "fedora" ? "fedora" : "el")}/{os.VersionId.Split('.')[0]}";
}
