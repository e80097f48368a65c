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
    [Fact]
    public void A_name_that_dnf_takes_for_a_file_is_no_package_of_its_family() => Assert.False(PackageName.IsValid("evil.rpm", PackageFamily.RedHat));

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
    [InlineData("chmpx=1.0.113-1", "chmpx", null, "1.0.113-1")]
    [InlineData("libk2hdkc:amd64", "libk2hdkc", "amd64", null)]
    [InlineData("foo/bookworm", "foo", null, null)]
    [InlineData("foo/bookworm-backports", "foo", null, null)]
    [InlineData("libk2hdkc:amd64=1:2.0~rc1+dfsg-3", "libk2hdkc", "amd64", "1:2.0~rc1+dfsg-3")]
    public void Debian_names_a_version_an_architecture_and_a_release(string text, string name, string? architecture, string? version)
    {
        Assert.True(PackageName.IsValid(text, PackageFamily.Debian));
        Assert.Equal(new DebianPackage(name, architecture, version), DebianPackage.TryParse(text));
        Assert.True(PackageName.IsFor(text, name));
        Assert.False(PackageName.IsValid(text, PackageFamily.RedHat));
    }

    [Theory]
    [InlineData("chmpx-1.0.113-1.el9.x86_64", true)]
    [InlineData("libk2hdkc.x86_64", false)]
    public void Red_Hat_names_a_version_and_an_architecture(string text, bool mayNameVersion)
    {
        Assert.True(PackageName.IsValid(text, PackageFamily.RedHat));
        Assert.Equal(mayNameVersion, PackageName.MayNameVersion(text));
    }

    [Theory]
    [InlineData("@group")]
    [InlineData("module:stream")]
    [InlineData("nodejs:18/common")]
    [InlineData("2:vim-enhanced-9.0-1")]
    public void A_group_or_a_module_is_no_package(string text) => Assert.False(PackageName.IsValid(text, PackageFamily.RedHat));

    [Theory]
    [InlineData("k2hr3-get-resource", true)]
    [InlineData("k2hr3-get-resource=1.0.13-1", true)]
    [InlineData("k2hr3-get-resource:amd64", true)]
    [InlineData("k2hr3-get-resource/bookworm", true)]
    [InlineData("k2hr3-get-resource-1.0.13-1.noarch", true)]
    [InlineData("k2hr3-get-resource.noarch", true)]
    [InlineData("k2hr3-get-resource-devel", false)]
    [InlineData("k2hr3-get-resources", false)]
    public void A_package_is_known_with_and_without_a_version(string text, bool isIt) => Assert.Equal(isIt, PackageName.IsFor(text, "k2hr3-get-resource"));

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
    [InlineData("tmp/evil.deb")]
    [InlineData("chmpx=")]
    [InlineData("chmpx=1.0-")]
    [InlineData("chmpx=1.0+")]
    [InlineData("chmpx=1.0*")]
    [InlineData("chmpx/bookworm-")]
    [InlineData("chmpx/../x")]
    [InlineData("chmpx=1.0=2.0")]
    [InlineData("chmpx/bookworm/main")]
    [InlineData("chmpx:")]
    [InlineData("chmpx-:amd64")]
    [InlineData("@group")]
    [InlineData("module:stream ")]
    [InlineData("nodejs:18/common+")]
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
        Assert.True(UnitName.IsValid(new string('a', 255 - ".service".Length)));
        Assert.False(UnitName.IsValid(new string('a', 256 - ".service".Length)));
        Assert.False(UnitName.IsValid(new string('a', 256)));
    }

    [Theory]
    [InlineData("chmpx.service", "chmpx.service")]
    [InlineData("chmpx", "chmpx.service")]
    [InlineData("k2hr3-get-resource.timer", "k2hr3-get-resource.timer")]
    [InlineData("getty@tty1.service", "getty@tty1.service")]
    [InlineData("my.app", "my.app.service")]
    [InlineData("a_b:c", "a_b:c.service")]
    [InlineData("mnt-my\\x2ddisk.mount", "mnt-my\\x2ddisk.mount")]
    [InlineData("app@a\\x20b", "app@a\\x20b.service")]
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
    [InlineData("a\\b")]
    [InlineData("a\\x2")]
    [InlineData("a\\x2F")]
    [InlineData("\\x2dh")]
    [InlineData("%i")]
    [InlineData(".service")]
    [InlineData("é.service")]
    [InlineData("\0")]
    public void What_could_become_something_else_is_no_unit(string name) => Assert.False(UnitName.IsValid(name));

    [Fact]
    public void No_name_that_is_taken_begins_like_an_option_or_holds_a_path() => Gen.OneOf(Gen.String, Gen.Char["ab-./ \n;$@:=*~"].Array[0, 8].Select(c => new string(c))).Sample(
        name => (!UnitName.IsValid(name) || IsHarmless(name))
            && (!PackageName.IsValid(name, PackageFamily.Debian) || (IsHarmless(name.Replace("=", string.Empty, StringComparison.Ordinal).Replace("/", string.Empty, StringComparison.Ordinal).Replace("~", string.Empty, StringComparison.Ordinal)) && name[^1] != '-'))
            && (!PackageName.IsValid(name, PackageFamily.RedHat) || IsHarmless(name)),
        iter: Iterations.Of(20_000));

    [Theory]
    [InlineData("getty@.service", true)]
    [InlineData("getty@", true)]
    [InlineData("getty@tty1.service", false)]
    [InlineData("getty.service", false)]
    public void A_template_needs_the_name_of_an_instance(string name, bool isTemplate) => Assert.Equal(isTemplate, UnitName.IsTemplate(name));

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
