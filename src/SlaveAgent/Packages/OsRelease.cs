namespace SlaveAgent.Packages;

/// <summary>The contents of <c>/etc/os-release</c> (os-release(5)).</summary>
/// <param name="Id">Such as <c>debian</c>.</param>
/// <param name="IdLike">The systems it is derived from, nearest first.</param>
/// <param name="VersionId">Such as <c>12</c> or <c>9.3</c>; empty on a rolling system.</param>
/// <param name="Codename">Such as <c>bookworm</c>; empty if there is none.</param>
public sealed record OsRelease(string Id, IReadOnlyList<string> IdLike, string VersionId, string Codename)
{
    public static OsRelease Read(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            var separator = line.IndexOf('=');
            if (separator > 0 && line[0] != '#')
            {
                values[line[..separator]] = line[(separator + 1)..].Trim('"', '\'');
            }
        }

        return new OsRelease(
            values.GetValueOrDefault("ID", "linux").ToLowerInvariant(),
            values.GetValueOrDefault("ID_LIKE", string.Empty).ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries),
            values.GetValueOrDefault("VERSION_ID", string.Empty),
            values.GetValueOrDefault("VERSION_CODENAME", string.Empty));
    }

    /// <summary>Null when neither the system nor any system it is derived from is supported.</summary>
    public PackageFamily? Family => IdLike.Prepend(Id).Select(FamilyOf).FirstOrDefault(family => family is not null);

    private static PackageFamily? FamilyOf(string id) => id switch
    {
        "debian" or "ubuntu" => PackageFamily.Debian,
        "rhel" or "fedora" or "centos" or "rocky" or "almalinux" => PackageFamily.RedHat,
        _ => null,
    };
}
