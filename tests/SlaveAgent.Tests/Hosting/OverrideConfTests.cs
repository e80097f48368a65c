using CsCheck;
using SlaveAgent.Hosting;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Hosting;

public sealed class OverrideConfTests
{
    private const string Own = "k2hr3-get-resource-helper.conf";

    [Theory]
    [InlineData("k2hr3-get-resource-helper.conf:OUTPUT_FILE = k2hdkc.ini", "k2hdkc.ini")]
    [InlineData("k2hr3-get-resource-helper.conf:OUTPUT_FILE=k2hdkc.ini", "k2hdkc.ini")]
    [InlineData("  k2hr3-get-resource-helper.conf:OUTPUT_FILE\t=  k2hdkc.ini  \r\n", "k2hdkc.ini")]
    [InlineData("k2hr3-get-resource-helper.conf:OUTPUT_FILE = a\nk2hr3-get-resource-helper.conf:OUTPUT_FILE = b", "b")]
    [InlineData("#k2hr3-get-resource-helper.conf:OUTPUT_FILE = a", null)]
    [InlineData("k2hr3-get-resource-helper.conf:OUTPUT_FILENAME = a", null)]
    [InlineData("other.conf:OUTPUT_FILE = a", null)]
    [InlineData("k2hr3-get-resource-helper.conf:OUTPUT_FILE =", null)]
    [InlineData("k2hr3-get-resource-helper.conf:OUTPUT_FILE", null)]
    [InlineData("", null)]
    public void The_helpers_setting_is_found_in_its_line(string text, string? value) => Assert.Equal(value, OverrideConf.Find(Own, text, "OUTPUT_FILE", _ => null));

    [Fact]
    public void A_reference_is_followed_into_the_other_file() => Assert.Equal(
        "there.ini", OverrideConf.Find(Own, $"{Own}:OUTPUT_FILE = chmpx-service-helper.conf:INI_FILE", "OUTPUT_FILE", file => file == "chmpx-service-helper.conf" ? "X = 1\nINI_FILE = there.ini\n" : null));

    [Fact]
    public void A_full_name_has_colons_and_is_no_reference() => Assert.Equal(
        "yrn:yahoo:::t:resource:c/slave", OverrideConf.Find(Own, $"{Own}:RESOURCE_PATH = yrn:yahoo:::t:resource:c/slave", "RESOURCE_PATH", _ => "RESOURCE_PATH = wrong"));

    [Fact]
    public void Without_an_override_the_helpers_own_file_counts()
    {
        Assert.Equal("own.ini", OverrideConf.Find(Own, null, "OUTPUT_FILE", file => file == Own ? "OUTPUT_FILE = own.ini" : null));
        Assert.Equal("own.ini", OverrideConf.Find(Own, "other:X = 1", "OUTPUT_FILE", file => file == Own ? "OUTPUT_FILE = own.ini" : null));
        Assert.Null(OverrideConf.Find(Own, null, "OUTPUT_FILE", _ => null));
    }

    [Fact]
    public void A_reference_to_a_file_that_is_not_there_leaves_the_helpers_own() => Assert.Equal(
        "own.ini", OverrideConf.Find(Own, $"{Own}:OUTPUT_FILE = gone.conf:KEY", "OUTPUT_FILE", file => file == Own ? "OUTPUT_FILE = own.ini" : null));

    [Fact]
    public void No_text_makes_finding_fail_or_go_in_circles() =>
        Gen.Select(Gen.OneOf("k2hr3-get-resource-helper.conf:KEY", "KEY", ":", "=", " ", "\n", "yrn:", "a", "").Array[0, 12].Select(string.Concat), Gen.String)
            .Sample((near, any) => { _ = OverrideConf.Find(Own, near, "KEY", _ => near) ?? OverrideConf.Find(Own, any, "KEY", _ => any); });
}
