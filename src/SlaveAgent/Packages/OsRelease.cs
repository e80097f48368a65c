namespace SlaveAgent.Packages;

/// <summary>The contents of <c>/etc/os-release</c> (os-release(5)).</summary>
/// <param name="Id">Such as <c>debian</c>.</param>
/// <param name="IdLike">The systems it is derived from, nearest first.</param>
/// <param name="VersionId">Such as <c>12</c> or <c>9.3</c>; empty on a rolling system.</param>
/// <param name="Codename">Such as <c>bookworm</c>; empty if there is none. A derivative's own.</param>
public sealed record OsRelease(string Id, IReadOnlyList<string> IdLike, string VersionId, string Codename)
{
    /// <summary>The Ubuntu that it is, or is derived from, such as <c>jammy</c>; empty if it does not say.</summary>
    public string UbuntuCodename { get; init; } = string.Empty;

    /// <summary>The Debian that it is derived from, such as <c>bookworm</c>; empty if it does not say.</summary>
    public string DebianCodename { get; init; } = string.Empty;

    /// <summary>What its packages are built for, such as <c>platform:el9</c>; empty if it does not say.</summary>
    public string PlatformId { get; init; } = string.Empty;

    public static OsRelease Read(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            var separator = line.IndexOf('=');
            if (separator > 0 && line[0] != '#')
            {
                values[line[..separator]] = line[(separator + 1)..].Trim('"', '\'').Trim();
            }
        }

        return new OsRelease(
            values.GetValueOrDefault("ID", "linux").ToLowerInvariant(),
            values.GetValueOrDefault("ID_LIKE", string.Empty).ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries),
            values.GetValueOrDefault("VERSION_ID", string.Empty),
            values.GetValueOrDefault("VERSION_CODENAME", string.Empty))
        {
            UbuntuCodename = values.GetValueOrDefault("UBUNTU_CODENAME", string.Empty),
            DebianCodename = values.GetValueOrDefault("DEBIAN_CODENAME", string.Empty),
            PlatformId = values.GetValueOrDefault("PLATFORM_ID", string.Empty),
        };
    }

    /// <summary>Null when neither the system nor any system it is derived from is supported.</summary>
    public PackageFamily? Family => IdLike.Prepend(Id).Select(FamilyOf).FirstOrDefault(family => family is not null);

    /// <summary>Whether it is this system, or derived from it.</summary>
    public bool IsLike(string id) => Id == id || IdLike.Contains(id);

    private static PackageFamily? FamilyOf(string id) => id switch
    {
        "debian" or "ubuntu" => PackageFamily.Debian,
        "rhel" or "fedora" or "centos" or "rocky" or "almalinux" => PackageFamily.RedHat,
        _ => null,
    };
}
