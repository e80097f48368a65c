using System.Text.RegularExpressions;

namespace SlaveAgent.Settings;

/// <summary>Which packages are installed, and from where.</summary>
/// <param name="Install">False on images that contain everything: nothing is installed, and missing packages are reported.</param>
/// <param name="InstallBy">Who runs the package manager when the daemon finds a missing package.</param>
/// <param name="Superseded">Packages of the role that this agent replaces, not installed on a slave node.</param>
/// <param name="Repository">The AntPickax repository's URL.</param>
/// <param name="RepositoryKey">https URL or absolute path of the repository's public key, ASCII armored.</param>
/// <param name="Distribution">The repository's distribution name, such as <c>debian/bookworm</c> or <c>el/9</c>; null: from os-release.</param>
/// <param name="LockTimeout">How long to wait for another package manager's lock in one attempt.</param>
public sealed partial record PackageSettings(
    bool Install,
    InstallBy InstallBy,
    IReadOnlyList<string> Superseded,
    Uri Repository,
    string RepositoryKey,
    string? Distribution,
    TimeSpan LockTimeout)
{
    /// <summary>Fingerprints of which each key of the repository must have one, in capital hexadecimal digits; empty: any key.</summary>
    public IReadOnlyList<string> KeyFingerprints { get; init; } = [];

    public static PackageSettings From(SettingsValues values)
    {
        var repository = values.Address("packages.antpickax.uri") ?? new Uri("https://packagecloud.io/antpickax/stable");
        return new PackageSettings(
            values.Flag("packages.install", true),
            values.Choice("packages.install_by", InstallBy.Agent, Choices),
            values.List("packages.superseded") ?? ["k2hr3-get-resource"],
            repository,
            KeyFrom(values, repository),
            values.Shaped("packages.antpickax.distribution", SettingsCode.NotADistribution, text => DistributionName().IsMatch(text), "the repository's name for this system, such as debian/bookworm, ubuntu/jammy or el/9"),
            values.Duration("packages.lock_timeout", TimeSpan.FromMinutes(10), TimeSpan.Zero))
        {
            KeyFingerprints =
            [
                .. values.ShapedList("packages.antpickax.key_fingerprint", SettingsCode.NotAFingerprint, text => Fingerprint().IsMatch(Bare(text)), "fingerprints of 40 or 64 hexadecimal digits")?.Select(Bare) ?? [],
            ],
        };
    }

    private static string KeyFrom(SettingsValues values, Uri repository)
    {
        var key = values.Shaped("packages.antpickax.key", SettingsCode.BadKeySource, text => text.StartsWith('/') || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0),
            "an https address without a user name, or an absolute path");
        return key is not null || repository.Scheme == Uri.UriSchemeHttps
            ? key ?? $"{repository.ToString().TrimEnd('/')}/gpgkey"
            : throw values.Refused(SettingsCode.BadKeySource, "packages.antpickax.uri", "is no https address, so packages.antpickax.key must say where the key is: an https address or an absolute path");
    }

    private static string Bare(string fingerprint) => fingerprint.Replace(" ", string.Empty, StringComparison.Ordinal).Replace(":", string.Empty, StringComparison.Ordinal).ToUpperInvariant();

    [GeneratedRegex(@"\A([0-9A-F]{40}|[0-9A-F]{64})\z")]
    private static partial Regex Fingerprint();

    /// <summary>It becomes part of a source, of which nothing in it may become another line.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?\z")]
    private static partial Regex DistributionName();

    private static readonly Dictionary<string, InstallBy> Choices = new(StringComparer.OrdinalIgnoreCase)
    {
        ["agent"] = InstallBy.Agent,
        ["bootstrap"] = InstallBy.Bootstrap,
    };
}
