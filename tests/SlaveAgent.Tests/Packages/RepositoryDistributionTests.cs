using SlaveAgent.Packages;

namespace SlaveAgent.Tests.Packages;

/// <summary>os-release of systems that people have, and what the repository calls the system they are built on.</summary>
public sealed class RepositoryDistributionTests
{
    [Theory]
    [InlineData("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm", "12.5", "debian/bookworm")]
    [InlineData("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=", "12.5", "debian/bookworm")]
    [InlineData("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux trixie/sid\"", "trixie/sid", "debian/trixie")]
    [InlineData("ID=debian\nVERSION_CODENAME=", null, null)]
    [InlineData("ID=debian\nVERSION_CODENAME=\"book worm\"", null, null)]
    [InlineData("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"22.04\"\nVERSION_CODENAME=jammy\nUBUNTU_CODENAME=jammy", "bookworm/sid", "ubuntu/jammy")]
    [InlineData("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"", "trixie/sid", "ubuntu/noble")]
    [InlineData("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"21.2\"\nVERSION_CODENAME=victoria\nUBUNTU_CODENAME=jammy", "bookworm/sid", "ubuntu/jammy")]
    [InlineData("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_CODENAME=victoria", "bookworm/sid", null)]
    [InlineData("ID=linuxmint\nID_LIKE=debian\nVERSION_ID=\"6\"\nVERSION_CODENAME=faye\nDEBIAN_CODENAME=bookworm", "12.4", "debian/bookworm")]
    [InlineData("ID=raspbian\nID_LIKE=debian\nVERSION_ID=\"11\"\nVERSION_CODENAME=bullseye", "11.9", "debian/bullseye")]
    [InlineData("ID=devuan\nID_LIKE=debian\nVERSION_ID=\"5\"\nVERSION_CODENAME=daedalus", "12.0", "debian/bookworm")]
    [InlineData("ID=kali\nID_LIKE=debian\nVERSION_ID=\"2024.1\"\nVERSION_CODENAME=kali-rolling", "kali-rolling", null)]
    [InlineData("ID=rocky\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.4\"\nPLATFORM_ID=\"platform:el9\"", null, "el/9")]
    [InlineData("ID=ol\nID_LIKE=fedora\nVERSION_ID=\"8.9\"\nPLATFORM_ID=\"platform:el8\"", null, "el/8")]
    [InlineData("ID=centos\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"7\"", null, "el/7")]
    [InlineData("ID=fedora\nVERSION_ID=41\nPLATFORM_ID=\"platform:f41\"", null, "fedora/41")]
    [InlineData("ID=nobara\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=39\nPLATFORM_ID=\"platform:f39\"", null, "fedora/39")]
    [InlineData("ID=amzn\nID_LIKE=fedora\nVERSION_ID=2023\nPLATFORM_ID=\"platform:al2023\"", null, null)]
    [InlineData("ID=amzn\nID_LIKE=\"centos rhel fedora\"\nVERSION_ID=2", null, null)]
    [InlineData("ID=fedora\nVERSION_ID=rawhide", null, null)]
    public void A_system_has_the_name_of_what_it_is_built_on_or_none(string osRelease, string? debianVersion, string? name) =>
        Assert.Equal(name, RepositoryDistribution.Of(OsRelease.Read(osRelease), debianVersion, setting: null));

    [Theory]
    [InlineData("ID=debian", "bookworm", "debian/bookworm")]
    [InlineData("ID=linuxmint\nID_LIKE=\"ubuntu debian\"", "noble", "ubuntu/noble")]
    [InlineData("ID=kali\nID_LIKE=debian", "debian/trixie", "debian/trixie")]
    [InlineData("ID=amzn\nID_LIKE=fedora", "el/9", "el/9")]
    public void A_setting_names_it(string osRelease, string setting, string name) => Assert.Equal(name, RepositoryDistribution.Of(OsRelease.Read(osRelease), null, setting));
}
