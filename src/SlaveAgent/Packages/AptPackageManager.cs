using System.Globalization;
using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Packages;

/// <summary>apt and dpkg, made safe for a first boot (Hosting/README.md, "apt and dpkg").</summary>
/// <param name="repository">The AntPickax repository, without the distribution.</param>
/// <param name="lockTimeout">How long apt waits for dpkg's locks.</param>
public sealed class AptPackageManager(CommandRunner commands, HostRoot root, OsRelease os, Uri repository, string? distribution, TimeSpan lockTimeout)
    : IPackageManager
{
    private const string SourceFile = "/etc/apt/sources.list.d/antpickax.sources";
    private const string KeyFile = "/etc/apt/keyrings/antpickax.asc";
    private const string InterruptedDpkg = "dpkg was interrupted";

    /// <summary>For one query of dpkg's database, of which there are two for each package.</summary>
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(15);

    public PackageFamily Family => PackageFamily.Debian;

    public async Task<bool> IsInstalledAsync(string package, CancellationToken cancel)
    {
        // One line for each architecture of the package.
        var result = await commands.RunAsync("dpkg-query", ["-W", "-f", @"${db:Status-Status}\n", "--", package], CommandTimeout, cancel);
        return result.IsDone && result.Output.Split('\n').Contains("installed");
    }

    public async Task<CommandResult> InstallAsync(IReadOnlyList<string> packages)
    {
        // One broken source of the host fails the whole update, although the needed lists may be available.
        var updated = await CommandRunner.RunToCompletionAsync("apt-get", [.. Options(), "update"]);
        var installed = await TryInstallAsync(packages);
        if (!installed.IsDone && installed.Output.Contains(InterruptedDpkg, StringComparison.Ordinal))
        {
            // A power failure or a kill interrupted an earlier transaction; dpkg accepts no new one until that is completed.
            _ = await CommandRunner.RunToCompletionAsync("dpkg", ["--configure", "-a", "--force-confold"]);
            installed = await TryInstallAsync(packages);
        }

        return installed.IsDone || updated.IsDone ? installed : updated;
    }

    public Task<CommandResult> InstallAloneAsync(string package) => TryInstallAsync([package]);

    public bool SetUpRepository(string key)
    {
        var source = string.Join('\n',
            "# Written by k2hdkc-slave-agent.",
            "Types: deb",
            $"URIs: {repository.ToString().TrimEnd('/')}/{os.Id}/",
            $"Suites: {distribution ?? os.Codename}",
            "Components: main",
            $"Signed-By: {KeyFile}",
            string.Empty);
        var writtenKey = SystemFile.WriteIfDifferent(root.At(KeyFile), key);
        return SystemFile.WriteIfDifferent(root.At(SourceFile), source) || writtenKey;
    }

    private Task<CommandResult> TryInstallAsync(IReadOnlyList<string> packages) =>
        CommandRunner.RunToCompletionAsync("apt-get", [.. Options(), "install", "-y", "--", .. packages]);

    private string[] Options() =>
    [
        "-q",
        "-o", $"DPkg::Lock::Timeout={((int)lockTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture)}",
        "-o", "Acquire::Retries=3",
        "-o", "Dpkg::Options::=--force-confold",
        "-o", "Dpkg::Options::=--force-confdef",
        // Otherwise a name with a dot that matches no package is a regular expression, and every match is installed.
        "-o", "APT::Cmd::Pattern-Only=true",
    ];
}
