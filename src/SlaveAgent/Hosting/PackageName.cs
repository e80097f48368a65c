using System.Text.RegularExpressions;

namespace SlaveAgent.Hosting;

/// <summary>What a package may be called; anything else in a role's key is refused by name, never passed to a tool.</summary>
public static partial class PackageName
{
    public static bool IsValid(string name, PackageFamily family) => name.Length <= 128 && family switch
    {
        PackageFamily.Debian => Debian().IsMatch(name),
        _ => RedHat().IsMatch(name),
    };

    // Debian Policy 5.6.7; but apt-get takes a hyphen at the end for "remove it".
    [GeneratedRegex(@"\A[a-z0-9][a-z0-9+.-]*[a-z0-9+.]\z")]
    private static partial Regex Debian();

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9+._-]*[A-Za-z0-9+._])?\z")]
    private static partial Regex RedHat();
}
