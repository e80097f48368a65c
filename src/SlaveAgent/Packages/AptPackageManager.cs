using System.Globalization;
using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Packages;

/// <summary>apt and dpkg, made safe for a first boot (Hosting/README.md, "apt and dpkg").</summary>
/// <param name="repository">The AntPickax repository, without the distribution.</param>
/// <param name="distribution">The repository's name for this system, such as <c>debian/bookworm</c>; null where none is known.</param>
/// <param name="lockTimeout">How long apt waits for dpkg's locks.</param>
public sealed class AptPackageManager(CommandRunner commands, HostRoot root, Uri repository, string? distribution, TimeSpan lockTimeout) : IPackageManager
{
    private const string SourceFile = "/etc/apt/sources.list.d/antpickax.sources";
    private const string KeyFile = "/etc/apt/keyrings/antpickax.asc";
    private const string InterruptedDpkg = "dpkg was interrupted";
    private const string Installed = "installed";

    /// <summary>An apt-get that ends well without a word has simulated nothing.</summary>
    private const string NothingToDo = "0 upgraded, 0 newly installed, 0 to remove";

    /// <summary>For one query of dpkg's database, of which there are two for each package.</summary>
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan SimulationTimeout = TimeSpan.FromSeconds(60);

    public PackageFamily Family => PackageFamily.Debian;

    public string? RepositoryAddress { get; } = RepositoryDistribution.AddressOf(repository, distribution);

    public async Task<PackageState> StateOfAsync(string package, CancellationToken cancel)
    {
        if (DebianPackage.TryParse(package) is not { } wanted)
        {
            return PackageState.Missing;
        }

        // One line for each architecture of the package.
        var result = await commands.RunAsync("dpkg-query", ["-W", "-f", @"${db:Status-Status} ${Version}\n", "--", wanted.QualifiedName], CommandTimeout, cancel);
        var versions = !result.IsDone ? [] : result.Output.Split('\n').Select(line => line.Split(' ')).Where(line => line[0] == Installed).Select(line => line.ElementAtOrDefault(1)).ToList();
        return versions.Count == 0 ? wanted is { Version: null, Architecture: null } && await IsProvidedAsync(wanted.Name, cancel) ? PackageState.Installed : PackageState.Missing
            : wanted.Version is null || versions.Contains(wanted.Version) ? PackageState.Installed
            : await IsNewerAsync(versions[0], wanted.Version, cancel) ? PackageState.NewerInstalled
            : PackageState.Missing;
    }

    public async Task<bool> ChangesNothingAsync(string package, CancellationToken cancel)
    {
        var simulated = await commands.RunAsync(
            "apt-get", [.. Options(), "-s", "install", "--", package], SimulationTimeout, cancel,
            line => line.StartsWith(NothingToDo, StringComparison.Ordinal) || line.Split(' ')[0] is "Inst" or "Conf" or "Remv" or "Purg");
        return simulated.IsDone && simulated.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [var only] && only.StartsWith(NothingToDo, StringComparison.Ordinal);
    }

    public Task<CommandResult> UpdateListsAsync() => CommandRunner.RunToCompletionAsync("apt-get", [.. Options(), "update"]);

    public async Task<CommandResult> InstallAsync(IReadOnlyList<string> packages)
    {
        var installed = await TryInstallAsync(packages);
        if (installed.IsDone || !installed.Output.Contains(InterruptedDpkg, StringComparison.Ordinal))
        {
            return installed;
        }

        // A power failure or a kill interrupted an earlier transaction; dpkg accepts no new one until that is completed.
        _ = await CommandRunner.RunToCompletionAsync("dpkg", ["--configure", "-a", "--force-confold"]);
        return await TryInstallAsync(packages);
    }

    public bool HasRepository => Source is var (address, suite) && AptSources.IsHosts(root, address, suite);

    private (string Address, string Suite)? Source => RepositoryAddress?.LastIndexOf('/') is { } separator ? ($"{RepositoryAddress[..separator]}/", RepositoryAddress[(separator + 1)..]) : null;

    public bool SetUpRepository(string key)
    {
        var (address, suite) = Source!.Value;
        var source = string.Join('\n',
            SystemFile.Header,
            "Types: deb",
            $"URIs: {address}",
            $"Suites: {suite}",
            "Components: main",
            $"Signed-By: {KeyFile}",
            string.Empty);
        var writtenKey = SystemFile.WriteIfDifferent(root.At(KeyFile), key);
        return SystemFile.WriteIfDifferent(root.At(SourceFile), source) || writtenKey;
    }

    public bool RemoveRepository() => SystemFile.RemoveOwn(root, SourceFile, KeyFile);

    // apt has no code for it, and speaks the C locale here. A repository that cannot be reached is another warning, and no failure.
    public bool IsRepositoryAbsent(CommandResult updated) => !updated.IsDone && updated.Output.Split('\n').Any(line =>
        line.Contains($"'{repository.ToString().TrimEnd('/')}/", StringComparison.Ordinal)
        && (line.Contains("does not have a Release file", StringComparison.Ordinal) || line.Contains("is not signed", StringComparison.Ordinal)));

    /// <summary>Another package may provide the name: then dpkg does not know it, and apt installs nothing where several could.</summary>
    private async Task<bool> IsProvidedAsync(string name, CancellationToken cancel)
    {
        var result = await commands.RunAsync("dpkg-query", ["-W", "-f", @"${db:Status-Status} ${Provides}\n"], CommandTimeout, cancel, Provides);
        return result.IsDone && result.Output.Split('\n').Any(Provides);

        bool Provides(string line) => line.StartsWith($"{Installed} ", StringComparison.Ordinal)
            && line[Installed.Length..].Split(',').Any(provided => provided.Trim().Split(' ', ':')[0] == name);
    }

    private async Task<bool> IsNewerAsync(string? installed, string wanted, CancellationToken cancel) =>
        installed is { Length: > 0 } && (await commands.RunAsync("dpkg", ["--compare-versions", installed, "gt", wanted], CommandTimeout, cancel)).IsDone;

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
        // Also where the host's own configuration of apt allows it.
        "-o", "APT::Get::allow-downgrades=false",
    ];
}
