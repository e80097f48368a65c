using System.Text.RegularExpressions;

namespace SlaveAgent.Packages;

/// <summary>
/// Valid names of packages, with the architecture, version or release that the shell tooling takes as well; any other in a role's key is refused with its name, and
/// never passed to a tool.
/// </summary>
public static partial class PackageName
{
    public static bool IsValid(string name, PackageFamily family) => name.Length <= 128 && family switch
    {
        PackageFamily.Debian => DebianPackage.TryParse(name) is not null,
        // dnf takes what ends in .rpm for a file, wherever it is run.
        _ => RedHat().IsMatch(name) && !name.EndsWith(".rpm", StringComparison.Ordinal),
    };

    /// <summary>Whether it names this package, with or without an architecture, version or release.</summary>
    public static bool IsFor(string name, string package) =>
        name.StartsWith(package, StringComparison.Ordinal)
        && (name.Length == package.Length || name[package.Length] is ':' or '=' or '/' or '.' || (name[package.Length] == '-' && name.Length > package.Length + 1 && char.IsAsciiDigit(name[package.Length + 1])));

    /// <summary>Whether it may name a version, as <c>chmpx-1.0.113-1</c> does; dnf goes back to an older one without a question.</summary>
    public static bool MayNameVersion(string name) => VersionPart().IsMatch(name);

    // name, name.arch, name-version, name-version-release and name-version-release.arch.
    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9+._-]*[A-Za-z0-9+._])?\z")]
    private static partial Regex RedHat();

    [GeneratedRegex("-[0-9]")]
    private static partial Regex VersionPart();
}
