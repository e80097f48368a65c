using System.Text.RegularExpressions;

namespace SlaveAgent.Packages;

/// <summary>
/// What the AntPickax repository calls a system: that of the system it is derived from, for the repository knows no derivatives. A guess is no answer: apt reads no
/// source of the host at all while one of them has an empty name. Pure.
/// </summary>
public static partial class RepositoryDistribution
{
    /// <param name="debianVersion">The text of <c>/etc/debian_version</c>, such as <c>12.5</c> or <c>trixie/sid</c>.</param>
    /// <param name="setting">With or without the part before the slash; null: by the system.</param>
    /// <returns>Such as <c>debian/bookworm</c>, <c>ubuntu/jammy</c>, <c>el/9</c> or <c>fedora/41</c>; null where none is known.</returns>
    public static string? Of(OsRelease os, string? debianVersion, string? setting) => os.Family switch
    {
        PackageFamily.Debian when setting is null => OfDebian(os, debianVersion),
        PackageFamily.Debian when !setting!.Contains('/', StringComparison.Ordinal) => $"{(os.IsLike("ubuntu") ? "ubuntu" : "debian")}/{setting}",
        PackageFamily.RedHat when setting is null => OfRedHat(os),
        _ => setting,
    };

    /// <param name="repository">The AntPickax repository, without the distribution.</param>
    /// <param name="distribution">Such as <c>debian/bookworm</c>; null where none is known.</param>
    /// <returns>Where the repository of this system is; null where that is not known.</returns>
    public static string? AddressOf(Uri repository, string? distribution) => distribution is null ? null : $"{repository.ToString().TrimEnd('/')}/{distribution}";

    private static string? OfDebian(OsRelease os, string? debianVersion)
    {
        if (os.IsLike("ubuntu"))
        {
            return Named("ubuntu", os.UbuntuCodename, os.Id == "ubuntu" ? os.Codename : string.Empty, os.Id == "ubuntu" ? UbuntuCodename(os.VersionId) : null);
        }

        // A derivative's codename is its own, unless it uses Debian's.
        var own = os.Id == "debian" || DebianCodenames.ContainsValue(os.Codename) ? os.Codename : string.Empty;
        return Named("debian", os.DebianCodename, own, os.Id == "debian" ? DebianCodename(os.VersionId) : null, DebianCodename(debianVersion?.Trim() ?? string.Empty));
    }

    private static string? OfRedHat(OsRelease os) => Platform().Match(os.PlatformId) is { Success: true } platform
        ? $"{(platform.Groups["kind"].Value == "f" ? "fedora" : "el")}/{platform.Groups["version"].Value}"
        : os.PlatformId.Length > 0 || os.VersionId.Split('.')[0] is not { Length: > 0 } version || !version.All(char.IsAsciiDigit) ? null
        : os.Id switch
        {
            "fedora" => $"fedora/{version}",
            "rhel" or "centos" or "rocky" or "almalinux" or "ol" => $"el/{version}",
            _ => null,
        };

    private static string? Named(string system, params string?[] codenames) => codenames.FirstOrDefault(name => name is { Length: > 0 } && Shape().IsMatch(name)) is { } codename ? $"{system}/{codename}" : null;

    private static readonly Dictionary<string, string> DebianCodenames = new(StringComparer.Ordinal)
    {
        ["10"] = "buster",
        ["11"] = "bullseye",
        ["12"] = "bookworm",
        ["13"] = "trixie",
        ["14"] = "forky",
    };

    private static string? DebianCodename(string version) =>
        version.EndsWith("/sid", StringComparison.Ordinal) ? version[..^"/sid".Length] : DebianCodenames.GetValueOrDefault(version.Split('.')[0]);

    private static string? UbuntuCodename(string version) => version switch
    {
        "20.04" => "focal",
        "22.04" => "jammy",
        "24.04" => "noble",
        _ => null,
    };

    [GeneratedRegex(@"\Aplatform:(?<kind>el|f)(?<version>[0-9]+)\z")]
    private static partial Regex Platform();

    /// <summary>Nothing of it can become another line of a source.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*\z")]
    private static partial Regex Shape();
}
