using System.Globalization;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>apt and dpkg, made safe for a first boot (Hosting/README.md, "apt and dpkg").</summary>
/// <param name="repository">The AntPickax repository, without the distribution.</param>
/// <param name="lockTimeout">How long apt waits for dpkg's locks.</param>
public sealed class AptPackageManager(CommandRunner commands, HostRoot root, OsRelease os, Uri repository, string? distribution, TimeSpan lockTimeout)
    : IPackageManager
{
    private const string SourceFile = "/etc/apt/sources.list.d/antpickax.sources";
    private const string KeyFile = "/etc/apt/keyrings/antpickax.asc";
    private const string InterruptedDpkg = "dpkg was interrupted";

    /// <summary>For one question to dpkg's database, which holds up the watching of the ring: one that hangs does so for each package, before and after.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public PackageFamily Family => PackageFamily.Debian;

    public async Task<bool> IsInstalledAsync(string package, CancellationToken cancel)
    {
        // A line for each architecture that the package is known of.
        var result = await commands.RunAsync("dpkg-query", ["-W", "-f", @"${db:Status-Status}\n", "--", package], Patience, cancel);
        return result.IsDone && result.Output.Split('\n').Contains("installed");
    }

    public async Task<CommandResult> InstallAsync(IReadOnlyList<string> packages)
    {
        // One source of the host's that is out of order fails the whole of it, though the lists that matter may be there.
        var updated = await CommandRunner.RunToTheEndAsync("apt-get", [.. Options(), "update"]);
        var installed = await TryInstallAsync(packages);
        if (!installed.IsDone && installed.Output.Contains(InterruptedDpkg, StringComparison.Ordinal))
        {
            // A power cut or a kill stopped an earlier transaction; dpkg takes nothing new until that one is ended.
            _ = await CommandRunner.RunToTheEndAsync("dpkg", ["--configure", "-a", "--force-confold"]);
            installed = await TryInstallAsync(packages);
        }

        return installed.IsDone || updated.IsDone ? installed : updated;
    }

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
        CommandRunner.RunToTheEndAsync("apt-get", [.. Options(), "install", "-y", "--", .. packages]);

    private string[] Options() =>
    [
        "-q",
        "-o", $"DPkg::Lock::Timeout={((int)lockTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture)}",
        "-o", "Acquire::Retries=3",
        "-o", "Dpkg::Options::=--force-confold",
        "-o", "Dpkg::Options::=--force-confdef",
        // Otherwise a name with a dot that no package has is a regular expression, and all that it fits is installed.
        "-o", "APT::Cmd::Pattern-Only=true",
    ];
}
