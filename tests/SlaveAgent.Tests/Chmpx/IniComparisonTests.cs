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

    [Theory]
    [InlineData("GROUP")]
    [InlineData("CHMPXIDTYPE")]
    [InlineData("DELIVERMODE")]
    [InlineData("CTLPORT")]
    [InlineData("SELFCTLPORT")]
    [InlineData("SELFCUK")]
    [InlineData("MAXCHMPX")]
    [InlineData("MAXMQSERVER")]
    [InlineData("MAXMQCLIENT")]
    [InlineData("MQPERATTACH")]
    [InlineData("MAXQPERSERVERMQ")]
    [InlineData("MAXQPERCLIENTMQ")]
    [InlineData("MAXMQPERCLIENT")]
    public void A_change_of_what_chmpx_reads_at_its_start_only_is_named(string key) => Assert.Equal(
        [key], IniComparison.NeedingRestart(IniReader.Read($"[GLOBAL]\n{key} = 1"), IniReader.Read($"[GLOBAL]\n{key} = 2")));

    [Theory]
    [InlineData("PORT")]
    [InlineData("SSL")]
    [InlineData("SSL_VERIFY_PEER")]
    [InlineData("CAPATH")]
    [InlineData("SERVER_CERT")]
    [InlineData("SERVER_PRIKEY")]
    [InlineData("SLAVE_CERT")]
    [InlineData("SLAVE_PRIKEY")]
    public void A_change_of_what_chmpx_keeps_of_a_known_server_is_named(string key) => Assert.Equal(
        [key], IniComparison.NeedingRestart(IniReader.Read($"[SVRNODE]\nCUK = a\n{key} = 1"), IniReader.Read($"[SVRNODE]\nCUK = a\n{key} = 2")));

    [Theory]
    [InlineData("GROUP = ring", "GROUP = other", "GROUP")]
    [InlineData("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE = CUK", "CHMPXIDTYPE")]
    [InlineData("DELIVERMODE = hash", "DELIVERMODE = random", "DELIVERMODE")]
    [InlineData("SELFCTLPORT = 8031", "SELFCTLPORT = 8032", "SELFCTLPORT")]
    [InlineData("SELFCUK = cuk-slv1", "SELFCUK = cuk-slv2", "SELFCUK")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXCHMPX = 8", "MAXCHMPX")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXMQCLIENT = 8", "MAXMQCLIENT")]
    [InlineData("PORT = 8020", "PORT = 8022", "PORT")]
    public void What_chmpx_reads_at_its_start_only_needs_a_restart(string old, string now, string key) =>
        Assert.Equal([key], IniComparison.NeedingRestart(Sample, IniReader.Read(SampleIni.Text.Replace(old, now, StringComparison.Ordinal))));

    [Theory]
    [InlineData("FILEVERSION = 1", "FILEVERSION = 2")]
    [InlineData("GROUP = ring", "GROUP = ring\nREPLICA = 2")]
    [InlineData("CUSTOM_ID_SEED = svr1", "CUSTOM_ID_SEED = svr9")]
    [InlineData("CUK = cuk-svr1\nPORT = 8020", "CUK = cuk-svr9\nPORT = 9020")]
    [InlineData("[SLVNODE]", "[SVRNODE]\nNAME = svr3\nCUK = cuk-svr3\nPORT = 1\nCTLPORT = 8021\nSSL = yes\n[SLVNODE]")]
    public void What_chmpx_takes_live_needs_no_restart(string old, string now) =>
        Assert.Empty(IniComparison.NeedingRestart(Sample, IniReader.Read(SampleIni.Text.Replace(old, now, StringComparison.Ordinal))));

    [Fact]
    public void TLS_of_a_known_server_needs_a_restart_also_when_it_comes_from_the_global_section()
    {
        var without = IniReader.Read(SampleIni.Text.Replace("SSL = no\n", "", StringComparison.Ordinal));
        var with = IniReader.Read(SampleIni.Text.Replace("SSL = no\n", "", StringComparison.Ordinal).Replace("GROUP = ring", "GROUP = ring\nSSL = yes\nSERVER_CERT = /c", StringComparison.Ordinal));
        Assert.Equal(["SSL", "SERVER_CERT"], IniComparison.NeedingRestart(without, with));
    }

    [Fact]
    public void A_server_that_is_gone_needs_no_restart() =>
        Assert.Empty(IniComparison.NeedingRestart(Sample, IniReader.Read(SampleIni.Text.Replace("[SVRNODE]\nNAME = svr2", "[GONE]\nNAME = svr2", StringComparison.Ordinal))));

    [Fact]
    public void Servers_without_a_CUK_that_stay_as_they_are_need_no_restart()
    {
        // They have one key for chmpx's control port, and each its own port (found by fuzzing: the last one stood for all).
        var text = SampleIni.Text.Replace("CUK = cuk-svr1\n", "", StringComparison.Ordinal)
            .Replace("CUK = cuk-svr2\nPORT = 8020", "PORT = 8120", StringComparison.Ordinal);
        var ini = IniReader.Read(text);
        Assert.Empty(IniComparison.NeedingRestart(ini, ini));
        Assert.Equal(["PORT"], IniComparison.NeedingRestart(ini, IniReader.Read(text.Replace("8120", "8220", StringComparison.Ordinal))));
    }
}
