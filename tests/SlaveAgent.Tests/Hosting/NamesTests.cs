using CsCheck;
using SlaveAgent.Hosting;
using SlaveAgent.Packages;
using SlaveAgent.Roles;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

/// <summary>What K2HR3 names can never become an option, a path, a command, or a removal.</summary>
public sealed class NamesTests
{
    [Theory]
    [InlineData("chmpx")]
    [InlineData("k2hdkc-dbaas-override-conf")]
    [InlineData("libstdc++6")]
    [InlineData("g++")]
    [InlineData("0ad")]
    [InlineData("python3.11")]
    public void Names_of_packages_are_taken(string name)
    {
        Assert.True(PackageName.IsValid(name, PackageFamily.Debian));
        Assert.True(PackageName.IsValid(name, PackageFamily.RedHat));
    }

    [Theory]
    [InlineData("NetworkManager")]
    [InlineData("k2hash_devel")]
    [InlineData("R")]
    public void Red_Hat_has_names_that_Debian_has_not(string name)
    {
        Assert.False(PackageName.IsValid(name, PackageFamily.Debian));
        Assert.True(PackageName.IsValid(name, PackageFamily.RedHat));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-y")]
    [InlineData("--allow-unauthenticated")]
    [InlineData("chmpx-")]
    [InlineData("./evil.deb")]
    [InlineData("/tmp/evil.deb")]
    [InlineData("../evil.rpm")]
    [InlineData("a/b")]
    [InlineData("chmpx=1.0")]
    [InlineData("chmpx:i386")]
    [InlineData("chmpx;reboot")]
    [InlineData("$(reboot)")]
    [InlineData("`reboot`")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("chmpx\n")]
    [InlineData("*")]
    [InlineData("lib*")]
    [InlineData("@core")]
    [InlineData("~i")]
    [InlineData("?all")]
    [InlineData("chmpx^")]
    [InlineData("http://evil/x.rpm")]
    [InlineData("paquet-é")]
    [InlineData("\0")]
    public void What_could_become_something_else_is_no_package(string name)
    {
        Assert.False(PackageName.IsValid(name, PackageFamily.Debian));
        Assert.False(PackageName.IsValid(name, PackageFamily.RedHat));
    }

    [Fact]
    public void A_name_that_is_far_too_long_is_none()
    {
        Assert.True(PackageName.IsValid(new string('a', 128), PackageFamily.Debian));
        Assert.False(PackageName.IsValid(new string('a', 129), PackageFamily.Debian));
        Assert.False(UnitName.IsValid(new string('a', 256)));
    }

    [Theory]
    [InlineData("chmpx.service", "chmpx.service")]
    [InlineData("chmpx", "chmpx.service")]
    [InlineData("k2hr3-get-resource.timer", "k2hr3-get-resource.timer")]
    [InlineData("getty@tty1.service", "getty@tty1.service")]
    [InlineData("my.app", "my.app.service")]
    [InlineData("a_b:c", "a_b:c.service")]
    public void Names_of_units_are_taken_and_mean_a_service_when_they_do_not_say(string name, string unit)
    {
        Assert.True(UnitName.IsValid(name));
        Assert.Equal(unit, UnitName.WithSuffix(name));
        Assert.Equal(unit, UnitName.WithSuffix(unit));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-H")]
    [InlineData("--root=/")]
    [InlineData("--now")]
    [InlineData("/etc/systemd/evil.service")]
    [InlineData("../evil.service")]
    [InlineData("a/b.service")]
    [InlineData("a b.service")]
    [InlineData("chmpx.service\n")]
    [InlineData("*.service")]
    [InlineData("a;b")]
    [InlineData("$(a)")]
    [InlineData("a\\x20b")]
    [InlineData("%i")]
    [InlineData(".service")]
    [InlineData("é.service")]
    [InlineData("\0")]
    public void What_could_become_something_else_is_no_unit(string name) => Assert.False(UnitName.IsValid(name));

    [Fact]
    public void No_name_that_is_taken_begins_like_an_option_or_holds_a_path() => Gen.OneOf(Gen.String, Gen.Char["ab-./ \n;$@:=*~"].Array[0, 8].Select(c => new string(c))).Sample(
        name => (!UnitName.IsValid(name) || IsHarmless(name))
            && (!PackageName.IsValid(name, PackageFamily.Debian) || (IsHarmless(name) && name[^1] != '-'))
            && (!PackageName.IsValid(name, PackageFamily.RedHat) || IsHarmless(name)),
        iter: Iterations.Of(20_000));

    [Theory]
    [InlineData("", new string[0])]
    [InlineData(" , ,", new string[0])]
    [InlineData("chmpx.service, k2hr3-get-resource.timer", new[] { "chmpx.service", "k2hr3-get-resource.timer" })]
    [InlineData("a,b c\td\r\ne", new[] { "a", "b", "c", "d", "e" })]
    public void A_roles_key_is_names_parted_by_commas_and_blanks(string value, string[] names) => Assert.Equal(names, RoleKeys.Split(value));

    [Fact]
    public void Splitting_and_joining_gives_the_same_names() => Gen.Char['a', 'z'].Array[1, 5].Select(c => new string(c)).Array[0, 6]
        .Sample(names => RoleKeys.Split(string.Join(", ", names)).SequenceEqual(names));

    private static bool IsHarmless(string name) => name[0] is not ('-' or '.') && name.AsSpan().IndexOfAny(" /\n;$*~=") < 0;
}
