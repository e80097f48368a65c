using CsCheck;
using SlaveAgent.Packages;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Packages;

public sealed class OsReleaseTests
{
    [Fact]
    public void A_Debian_says_what_it_is()
    {
        var os = OsRelease.Read("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nID=debian\n");
        Assert.Equal(("debian", "12", "bookworm"), (os.Id, os.VersionId, os.Codename));
        Assert.Equal(PackageFamily.Debian, os.Family);
    }

    [Theory]
    [InlineData("ID=debian", PackageFamily.Debian)]
    [InlineData("ID=ubuntu\nID_LIKE=debian", PackageFamily.Debian)]
    [InlineData("ID=linuxmint\nID_LIKE=\"ubuntu debian\"", PackageFamily.Debian)]
    [InlineData("ID=raspbian\nID_LIKE=debian", PackageFamily.Debian)]
    [InlineData("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", PackageFamily.RedHat)]
    [InlineData("ID=\"almalinux\"", PackageFamily.RedHat)]
    [InlineData("ID=fedora", PackageFamily.RedHat)]
    [InlineData("ID=\"ol\"\nID_LIKE=\"fedora\"", PackageFamily.RedHat)]
    [InlineData("ID='amzn'\nID_LIKE='centos rhel fedora'", PackageFamily.RedHat)]
    [InlineData("ID=Debian", PackageFamily.Debian)]
    [InlineData("ID=mine\nID_LIKE=\"other  debian\"", PackageFamily.Debian)]
    public void The_family_is_the_systems_own_or_that_of_what_it_is_like(string text, PackageFamily family) => Assert.Equal(family, OsRelease.Read(text).Family);

    [Theory]
    [InlineData("")]
    [InlineData("ID=arch")]
    [InlineData("ID=alpine")]
    [InlineData("ID=opensuse-leap\nID_LIKE=\"suse opensuse\"")]
    [InlineData("#ID=debian")]
    [InlineData("NAME=debian")]
    public void A_system_of_neither_family_has_none(string text) => Assert.Null(OsRelease.Read(text).Family);

    [Fact]
    public void The_nearest_relative_counts() => Assert.Equal(PackageFamily.RedHat, OsRelease.Read("ID=x\nID_LIKE=\"fedora debian\"").Family);

    [Fact]
    public void No_text_makes_reading_fail() => Gen.String.Sample(text => { _ = OsRelease.Read(text).Family; });
}
