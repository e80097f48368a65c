using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class IniReaderTests
{
    [Fact]
    public void The_recorded_configuration_reads_as_its_sections_in_order()
    {
        var ini = IniReader.Read(Fixture.SlaveIni());
        Assert.Equal(["GLOBAL", "SVRNODE", "SVRNODE", "SLVNODE"], ini.Sections.Select(s => s.Name));
        Assert.Equal(["svr1", "svr2"], ini.Servers.Select(s => s["NAME"]));
        Assert.Equal("slv1", Assert.Single(ini.Slaves)["NAME"]);
        Assert.Equal(8031, ini.ControlPort);
        Assert.Equal(1, ini.FileVersion);
        Assert.Empty(ini.Problems);
    }

    [Fact]
    public void Each_line_keeps_its_number()
    {
        var ini = IniReader.Read("\n[GLOBAL]\n\n# note\nGROUP = g\n");
        Assert.Equal(2, ini.Sections[0].Line);
        Assert.Equal([4, 5], ini.Sections[0].Lines.Select(l => l.Number));
    }

    [Fact]
    public void CRLF_reads_like_LF() =>
        Assert.True(IniComparison.SaysTheSame(IniReader.Read(SampleIni.Text), IniReader.Read(SampleIni.Text.ReplaceLineEndings("\r\n"))));

    [Fact]
    public void The_first_equals_sign_parts_key_and_value() => Assert.Equal("a=b=c", Value("KEY = a=b=c"));

    [Fact]
    public void A_key_without_an_equals_sign_has_an_empty_value() => Assert.Equal(string.Empty, Value("KEY"));

    [Fact]
    public void Keys_are_taken_to_the_letter() => Assert.Null(Value("key = a"));

    [Fact]
    public void A_quoted_key_is_the_key_without_its_quotes() => Assert.Equal("a", Value("\"KEY\" = a"));

    [Fact]
    public void A_repeated_key_overwrites() => Assert.Equal("b", Value("KEY = a\nKEY = b"));

    [Fact]
    public void A_line_with_a_quote_that_is_not_closed_is_kept_and_counts_for_nothing()
    {
        var ini = IniReader.Read("[GLOBAL]\nKEY = it's");
        var line = Assert.Single(ini.Sections[0].Lines);
        Assert.Equal(("KEY", null, "it's"), (line.Key, line.Value, line.Written));
        Assert.Null(ini.FindGlobal("KEY"));
    }

    [Fact]
    public void Of_several_global_sections_the_last_that_has_a_key_counts()
    {
        var ini = IniReader.Read("[GLOBAL]\nA = 1\nB = 1\n[SVRNODE]\n[GLOBAL]\nA = 2");
        Assert.Equal("2", ini.Global("A"));
        Assert.Equal("1", ini.Global("B"));
    }

    [Fact]
    public void A_head_with_anything_beside_it_begins_no_section()
    {
        var ini = IniReader.Read("[GLOBAL]\n[SVRNODE] # the first\n");
        Assert.Equal("GLOBAL", Assert.Single(ini.Sections).Name);
    }

    [Fact]
    public void Comments_stay_and_are_no_keys()
    {
        var line = Assert.Single(IniReader.Read("[GLOBAL]\n  # KEY = a").Sections[0].Lines);
        Assert.Null(line.Key);
        Assert.Equal("# KEY = a", line.Written);
    }

    [Theory]
    [InlineData("\ufeff# note\n[GLOBAL]", 1, IniCode.OutsideOfSections)]
    [InlineData("\ufeff[GLOBAL]", 1, IniCode.ByteOrderMark)]
    [InlineData("KEY = a\n[GLOBAL]", 1, IniCode.OutsideOfSections)]
    [InlineData("[GLOBAL]\nKEY = a\0b", 2, IniCode.ControlCharacter)]
    [InlineData("[GLOBAL]\nKEY = a\u001b[31mb", 2, IniCode.ControlCharacter)]
    [InlineData("[GLOBAL]\nKEY = a\u007fb", 2, IniCode.ControlCharacter)]
    [InlineData("[GLOBAL]\nKEY = a\u009bb", 2, IniCode.ControlCharacter)]
    [InlineData("[GLOBAL]\nKEY = a\ud800b", 2, IniCode.ControlCharacter)]
    [InlineData("[GLOBAL]\n# a\u001b[31mb", 2, IniCode.ControlCharacter)]
    public void What_reading_alone_finds_wrong_is_named_with_its_line(string text, int line, IniCode code)
    {
        var ini = IniReader.Read(text);
        Assert.Equal((line, code), (Assert.Single(ini.Problems).Line, ini.Problems[0].Code));
    }

    [Fact]
    public void A_line_that_begins_with_an_equals_sign_has_an_empty_key() => Assert.Equal("a", IniReader.Read("[GLOBAL]\n= a").Global(string.Empty));

    [Fact]
    public void A_comment_before_the_first_section_is_no_problem() => Assert.Empty(IniReader.Read("# note\n[GLOBAL]").Problems);

    [Fact]
    public void No_text_makes_reading_fail() =>
        IniText.Wild.Sample(text => IniReader.Read(text).Sections.All(s => s.Lines.All(l => l.Number > s.Line)), iter: Iterations.Of(20_000));

    [Theory]
    [InlineData("1", 1)]
    [InlineData("32767", 32767)]
    [InlineData("32768", null)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("80x", 80)]
    [InlineData(" 80", 80)]
    [InlineData("x80", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_port_is_what_chmpx_keeps_in_sixteen_signed_bits(string? text, int? port) => Assert.Equal(port, IniDocument.PortOf(text));

    [Fact]
    public void A_node_is_known_by_its_CUK_and_its_own_control_port_or_everybodys()
    {
        var ini = IniReader.Read("[GLOBAL]\nCTLPORT = 7\n[SVRNODE]\nCUK = a\n[SVRNODE]\nCUK = a\nCTLPORT = 8\n[SVRNODE]\nCTLPORT = x");
        Assert.Equal([new NodeKey("a", 7), new NodeKey("a", 8), new NodeKey("", 0)], ini.Servers.Select(ini.KeyOf));
    }

    [Fact]
    public void The_control_port_is_SELFCTLPORT_or_else_CTLPORT()
    {
        Assert.Equal(5, IniReader.Read("[GLOBAL]\nCTLPORT = 7\nSELFCTLPORT = 5").ControlPort);
        Assert.Equal(7, IniReader.Read("[GLOBAL]\nCTLPORT = 7").ControlPort);
        Assert.Null(IniReader.Read("[GLOBAL]\nSELFCTLPORT = 70000").ControlPort);
    }

    private static string? Value(string lines) => IniReader.Read($"[GLOBAL]\n{lines}").Global("KEY");
}
