using System.Text.RegularExpressions;

namespace SlaveAgent.Packages;

/// <summary>Valid package names; any other in a role's key is refused with its name, and never passed to a tool.</summary>
public static partial class PackageName
{
    public static bool IsValid(string name, PackageFamily family) => name.Length <= 128 && family switch
    {
        PackageFamily.Debian => Debian().IsMatch(name),
        _ => RedHat().IsMatch(name),
    };

    // Debian Policy 5.6.7, except that apt-get interprets a trailing hyphen as "remove".
    [GeneratedRegex(@"\A[a-z0-9][a-z0-9+.-]*[a-z0-9+.]\z")]
    private static partial Regex Debian();

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9+._-]*[A-Za-z0-9+._])?\z")]
    private static partial Regex RedHat();
}
