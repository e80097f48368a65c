namespace SlaveAgent.Packages;

public enum PackageFamily
{
    /// <summary>apt and dpkg.</summary>
    Debian,

    /// <summary>dnf (or yum where there is no dnf) and rpm.</summary>
    RedHat,
}
