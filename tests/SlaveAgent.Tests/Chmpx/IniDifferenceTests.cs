using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class IniDifferenceTests
{
    [Fact]
    public void Servers_that_joined_left_or_have_other_keys_are_named()
    {
        var after = SampleIni.With(["svr4", "svr3", "svr2"]).Replace("NAME = svr3\nCUK = cuk-svr3\nPORT = 8020", "NAME = svr3\nCUK = cuk-svr3\nPORT = 9020", StringComparison.Ordinal);
        var difference = Of(SampleIni.With(["svr1", "svr2", "svr3"]), after);
        Assert.Equal(["svr4"], difference.Added);
        Assert.Equal(["svr1"], difference.Removed);
        Assert.Equal(["svr3"], difference.Changed);
        Assert.Empty(difference.Others);
    }

    [Fact]
    public void A_server_that_was_made_again_under_its_name_is_changed()
    {
        var difference = Of(SampleIni.With(["svr1", "svr2"]), SampleIni.With(["svr1", "svr2"]).Replace("cuk-svr2", "cuk-other", StringComparison.Ordinal));
        Assert.Equal((0, 0, "svr2"), (difference.Added.Length, difference.Removed.Length, Assert.Single(difference.Changed)));
    }

    [Fact]
    public void Servers_without_a_cuk_are_told_apart_by_their_names()
    {
        var difference = Of(SampleIni.With(["svr1"]).Replace("CUK = cuk-svr1\n", string.Empty, StringComparison.Ordinal), SampleIni.With(["svr1", "svr2"]).Replace("CUK = cuk-svr1\n", string.Empty, StringComparison.Ordinal).Replace("CUK = cuk-svr2\n", string.Empty, StringComparison.Ordinal));
        Assert.Equal((0, "svr2"), (difference.Removed.Length, Assert.Single(difference.Added)));
    }

    [Fact]
    public void What_else_changed_is_named_by_its_section_and_key()
    {
        var before = SampleIni.With(["svr1"]);
        Assert.Equal(["[GLOBAL] GROUP", "[SLVNODE]"], Of(before, SampleIni.With(["svr1"], group: "other").Replace("SEED = slv1", "SEED = slv", StringComparison.Ordinal)).Others);
        Assert.Equal(["[K2HDKC]"], Of(before, $"{before}\n[K2HDKC]\nK2HFILE = x\n").Others);
    }

    [Fact]
    public void Without_one_before_all_servers_are_added() => Assert.Equal(["svr1", "svr2"], IniDifference.Of(null, IniReader.Read(SampleIni.Text)).Added);

    [Fact]
    public void Number_date_and_layout_are_no_difference() =>
        AssertNone(Of(SampleIni.With(["svr1", "svr2"]), "# words\n" + SampleIni.With(["svr2", "svr1"], generation: 9).Replace("MODE = SLAVE", "MODE=SLAVE\nDATE = today", StringComparison.Ordinal)));

    [Fact]
    public void Nothing_differs_from_itself() => IniText.Orderly.Sample(text => AssertNone(Of(text, text)));

    private static void AssertNone(IniDifference difference) => Assert.Empty(difference.Added.Concat(difference.Removed).Concat(difference.Changed).Concat(difference.Others));

    private static IniDifference Of(string before, string now) => IniDifference.Of(IniReader.Read(before), IniReader.Read(now));
}
