namespace SlaveAgent.Settings;

/// <summary>Which packages are installed, and from where.</summary>
/// <param name="Install">False on images that contain everything: nothing is installed, and missing packages are reported.</param>
/// <param name="InstallBy">Who runs the package manager when the daemon finds a missing package.</param>
/// <param name="Superseded">Packages of the role that this agent replaces, not installed on a slave node.</param>
/// <param name="Repository">The AntPickax repository's URL.</param>
/// <param name="RepositoryKey">URL or absolute path of the repository's public key, ASCII armored.</param>
/// <param name="Distribution">The repository's distribution name; null: from os-release.</param>
/// <param name="LockTimeout">How long to wait for another package manager's lock in one attempt.</param>
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
