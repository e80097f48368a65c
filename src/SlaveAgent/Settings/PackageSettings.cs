namespace SlaveAgent.Settings;

/// <summary>What is installed, and from where.</summary>
/// <param name="Install">Off on images that hold everything: then nothing is installed and what is missing is said.</param>
/// <param name="InstallBy">Who runs the package manager when the watching agent finds something missing.</param>
/// <param name="Superseded">Packages of the role that this agent stands in for, left out on a slave node.</param>
/// <param name="Repository">The AntPickax repository's address.</param>
/// <param name="RepositoryKey">Address or absolute path of the repository's public key, ASCII armoured.</param>
/// <param name="Distribution">The repository's distribution name; null: from os-release.</param>
/// <param name="LockTimeout">How long another package manager's lock is waited for in one try.</param>
public sealed record PackageSettings(
    bool Install,
    InstallBy InstallBy,
    IReadOnlyList<string> Superseded,
    Uri Repository,
    string RepositoryKey,
    string? Distribution,
    TimeSpan LockTimeout)
{
    public static PackageSettings From(SettingsValues values)
    {
        var repository = values.Address("packages.antpickax.uri") ?? new Uri("https://packagecloud.io/antpickax/stable");
        return new PackageSettings(
            values.Flag("packages.install", true),
            values.Choice("packages.install_by", InstallBy.Agent, Choices),
            values.List("packages.superseded") ?? ["k2hr3-get-resource"],
            repository,
            values.Text("packages.antpickax.key", repository.ToString().TrimEnd('/') + "/gpgkey"),
            values.Text("packages.antpickax.distribution"),
            values.Duration("packages.lock_timeout", TimeSpan.FromMinutes(10), TimeSpan.Zero));
    }

    private static readonly Dictionary<string, InstallBy> Choices = new(StringComparer.OrdinalIgnoreCase)
    {
        ["agent"] = InstallBy.Agent,
        ["bootstrap"] = InstallBy.Bootstrap,
    };
}
