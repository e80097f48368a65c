using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class IniComparisonTests
{
    private static readonly IniDocument Sample = IniReader.Read(SampleIni.Text);

    /// <summary>Every line of the sample that counts for chmpx.</summary>
    private static readonly int[] Counting =
        [.. SampleIni.Text.Split('\n').Index().Where(l => l.Item.Contains('=') && !l.Item.StartsWith("FILEVERSION", StringComparison.Ordinal)).Select(l => l.Index)];

    [Fact]
    public void Order_of_nodes_and_keys_comments_blanks_DATE_and_FILEVERSION_do_not_count() =>
        Gen.Select(Gen.Shuffle(SampleIni.Text.Split("\n\n")), Gen.Int[1, int.MaxValue], Gen.OneOf("", "DATE = today\n", "# note\n", "\n   \n", "FILEVERSION = 3\n"), Gen.Int)
            .Sample((sections, version, noise, seed) =>
            {
                var random = new Random(seed);
                var text = string.Join('\n', sections.Select(section =>
                {
                    var lines = section.Split('\n');
                    random.Shuffle(lines.AsSpan(1));
                    return $"{lines[0]}\n{(lines[0] == "[GLOBAL]" || noise.StartsWith('#') ? noise : string.Empty)}{string.Join('\n', lines[1..])}";
                })).Replace("FILEVERSION = 1\n", $"FILEVERSION = {version}\n", StringComparison.Ordinal);
                return IniComparison.SaysTheSame(Sample, IniReader.Read(text)) && IniComparison.SaysTheSame(IniReader.Read(text), Sample);
            });

    [Fact]
    public void Any_other_change_of_a_value_counts() => Gen.Select(Gen.OneOf(Counting), Gen.Char['a', 'z']).Sample((at, sign) =>
    {
        var lines = SampleIni.Text.Split('\n');
        lines[at] += sign;
        return !IniComparison.SaysTheSame(Sample, IniReader.Read(string.Join('\n', lines)));
    });

    [Fact]
    public void A_line_that_is_gone_counts() => Gen.OneOf(Counting).Sample(at =>
        !IniComparison.SaysTheSame(Sample, IniReader.Read(string.Join('\n', SampleIni.Text.Split('\n').Where((_, i) => i != at)))));

    [Theory]
    [InlineData("\n[SVRNODE]\nNAME = svr3\n")]
    [InlineData("\nNEW = 1\n")]
    [InlineData("\n[K2HDKC]\nNEW = 1\n")]
    [InlineData("\n[GLOBAL]\nREPLICA = 2\n")]
    public void What_is_added_counts(string more) => Assert.False(IniComparison.SaysTheSame(Sample, IniReader.Read(SampleIni.Text + more)));

    [Fact]
    public void Another_writing_of_the_same_value_does_not_count() =>
        Assert.True(IniComparison.SaysTheSame(Sample, IniReader.Read(SampleIni.Text.Replace("GROUP = ring", "GROUP='ring'   # note", StringComparison.Ordinal))));

    [Fact]
    public void A_value_in_a_section_that_is_not_chmpx_own_counts() =>
        Assert.False(IniComparison.SaysTheSame(IniReader.Read(SampleIni.Text + "\n[K2HDKC]\nMAXTHREAD = 20"), IniReader.Read(SampleIni.Text + "\n[K2HDKC]\nMAXTHREAD = 30")));
}
