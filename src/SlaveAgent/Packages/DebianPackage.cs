using System.Text.RegularExpressions;

namespace SlaveAgent.Packages;

/// <summary>A package as apt-get takes it: <c>name</c>, <c>name:architecture</c>, and either with <c>=version</c> or <c>/release</c>.</summary>
/// <param name="Name">Without anything else.</param>
public sealed partial record DebianPackage(string Name, string? Architecture, string? Version)
{
    /// <summary>As dpkg knows it.</summary>
    public string QualifiedName => Architecture is null ? Name : $"{Name}:{Architecture}";

    public static DebianPackage? TryParse(string text) => Shape().Match(text) is { Success: true } match
        ? new DebianPackage(match.Groups["name"].Value, ValueOf(match.Groups["arch"]), ValueOf(match.Groups["version"]))
        : null;

    private static string? ValueOf(Group group) => group.Success ? group.Value : null;

    // A release has no dot: apt-get would take "tmp/x.deb" for a file. Debian Policy 5.6.7 and 5.6.12, except that apt-get interprets a trailing hyphen as "remove", and one after a version as well as a trailing plus sign.
    [GeneratedRegex(@"\A(?<name>[a-z0-9][a-z0-9+.-]*[a-z0-9+.])(:(?<arch>[a-z0-9]([a-z0-9-]*[a-z0-9])?))?(=(?<version>[0-9]([A-Za-z0-9.+:~-]*[A-Za-z0-9~])?)|/[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
