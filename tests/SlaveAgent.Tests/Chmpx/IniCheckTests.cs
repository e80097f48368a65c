using System.Collections.Immutable;
using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

/// <summary>chmpx's rules, each with what it takes, what it ends on and what does harm. What the real chmpx does with each kind was tried (DifferentialTests holds it).</summary>
public sealed class IniCheckTests
{
    private static readonly HostFiles NoFiles = new(_ => false, _ => false);

    [Fact]
    public void What_DBaaS_gives_a_slave_is_accepted() => Assert.Empty(Check(Fixture.SlaveIni()));

    [Fact]
    public void The_small_sample_is_accepted() => Assert.Empty(Check(SampleIni.Text));

    [Fact]
    public void What_DBaaS_gives_is_refused_while_the_host_is_not_put_in() => Assert.Equal(IniCode.NotListed, Assert.Single(Check(Fixture.SlaveIni("__SELF_INSTANCE_ID__"))).Code);

    [Theory]
    [InlineData("MODE = SLAVE", "MODE = slave")]
    [InlineData("MODE = SLAVE\n", "")]
    [InlineData("DELIVERMODE = hash", "DELIVERMODE = RANDOM")]
    [InlineData("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE = name")]
    [InlineData("CHMPXIDTYPE = CUSTOM\n", "")]
    [InlineData("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE = CUK")]
    [InlineData("FILEVERSION = 1", "FILEVERSION = -2147483648")]
    [InlineData("FILEVERSION = 1", "FILEVERSION = many")]
    [InlineData("FILEVERSION = 1", "FILEVERSION =")]
    [InlineData("GROUP = ring", "GROUP = a.B-3_c")]
    [InlineData("GROUP = ring", "GROUP = my cluster")]
    [InlineData("GROUP = ring", "GROUP = クラスタ")]
    [InlineData("GROUP = ring", "GROUP = a:b")]
    [InlineData("GROUP = ring", "GROUP = a+b@c")]
    [InlineData("GROUP = ring", "GROUP = ring\nMQACK = Yes\nAUTOMERGE = off\nDOMERGE = ON\nK2HFULLMAP = no")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXCHMPX = 3")]
    [InlineData("GROUP = ring", "GROUP = ring\nREPLICA = -1\nRWTIMEOUT = 0\nSOCKTHREADCNT = 0\nMAXMQSERVER = 0")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXMQSERVER = 0\nMAXQPERSERVERMQ = 0")]
    [InlineData("GROUP = ring", "GROUP = ring\nRETRYCNT = -1\nMQRETRYCNT = -1\nRWTIMEOUT = -1\nCONTIMEOUT = -1\nMQRWTIMEOUT = -1\nMERGETIMEOUT = -1")]
    [InlineData("GROUP = ring", "GROUP = ring\nRETRYCNT = 500 ; note")]
    [InlineData("GROUP = ring", "GROUP = ring\nRETRYCNT =")]
    [InlineData("GROUP = ring", "GROUP = ring\nSOCKTHREADCNT = 1000\nMQTHREADCNT = 1000\nMAXSOCKPOOL = 100000\nK2HMASKBIT = 2\nK2HCMASKBIT = 14\nK2HMAXELE = 1")]
    [InlineData("GROUP = ring", "GROUP = ring\nSSL_MIN_VER = default")]
    [InlineData("GROUP = ring", "GROUP = ring\nSSL_MIN_VER =")]
    [InlineData("GROUP = ring", "GROUP = ring\nDATE = it's Friday")]
    [InlineData("GROUP = ring", "GROUP = ring\nUNKNOWN = 'whatever'")]
    [InlineData("GROUP = ring", "GROUP = ring\nUNKNOWN = it's")]
    [InlineData("GROUP = ring", "GROUP = ring\nA\\\\B = 1\n\\#A = 1\n'C' = 1")]
    [InlineData("GROUP = ring", "'GROUP' = ring")]
    [InlineData("[GLOBAL]", "hello world\n[GLOBAL]")]
    [InlineData("CTLPORT = 8031\nSELF", "SELF")]
    [InlineData("CTLPORT = 8021\n", "")]
    [InlineData("CTLPORT = 8021", "CTLPORT = 8021 ; note")]
    [InlineData("CUSTOM_ID_SEED = svr2\nSSL = no", "CUSTOM_ID_SEED = svr2\nSSL = OFF\nSSL_VERIFY_PEER = off")]
    [InlineData("CUSTOM_ID_SEED = svr2\nSSL = no", "CUSTOM_ID_SEED = svr2\nSSL_VERIFY_PEER = no")]
    [InlineData("SELFCTLPORT = 8031", "SELFCTLPORT = 8031\nPORT = 32767")]
    [InlineData("SELFCTLPORT = 8031\n", "")]
    [InlineData("SELFCTLPORT = 8031", "SELFCTLPORT = -1")]
    [InlineData("NAME = svr1", "NAME = host[1-3],10.0.0.[1,2].example")]
    [InlineData("NAME = svr1", "NAME = fe80::1")]
    [InlineData("NAME = svr1", "NAME = a b")]
    [InlineData("NAME = svr1", "NAME = 'svr1' # the first")]
    [InlineData("NAME = slv1", "NAME = [.]*")]
    [InlineData("NAME = slv1", "NAME = [")]
    [InlineData("CUK = cuk-slv1\nCTLPORT", "CUK = [.]*\nCTLPORT")]
    [InlineData("CUK = cuk-slv1\nCTLPORT", "CUK = (cuk|x)-slv[0-9]\nCTLPORT")]
    [InlineData("CUK = cuk-slv1\nCTLPORT", "CUK = [[:alpha:]]+-slv1{1}$\nCTLPORT")]
    [InlineData("CUK = cuk-slv1\nCTLPORT", "CUK = slv\nCTLPORT")]
    [InlineData("[SLVNODE]", "[K2HDKC]\nMAXTHREAD = 20\n[SLVNODE]")]
    [InlineData("[SLVNODE]", "[slvnode]\nNAME = other\n[SLVNODE]")]
    public void What_chmpx_runs_with_is_accepted(string old, string now) => Assert.Empty(Check(Changed(old, now)));

    [Theory]
    [InlineData("[GLOBAL]", "[OTHER]", IniCode.SectionMissing)]
    [InlineData("[SVRNODE]", "[OTHER]", IniCode.SectionMissing)]
    [InlineData("[SLVNODE]", "[OTHER]", IniCode.NotListed)]
    [InlineData("GROUP = ring\n", "", IniCode.KeyMissing)]
    [InlineData("GROUP = ring", "GROUP = it's", IniCode.KeyMissing)]
    [InlineData("GROUP = ring", "GROUP =", IniCode.GroupUnusable)]
    [InlineData("GROUP = ring", "GROUP = a/b", IniCode.GroupUnusable)]
    [InlineData("FILEVERSION = 1\n", "", IniCode.KeyMissing)]
    [InlineData("MODE = SLAVE", "MODE =", IniCode.UnknownValue)]
    [InlineData("MODE = SLAVE", "MODE = SERVER", IniCode.UnknownValue)]
    [InlineData("DELIVERMODE = hash\n", "", IniCode.KeyMissing)]
    [InlineData("DELIVERMODE = hash", "DELIVERMODE = all", IniCode.UnknownValue)]
    [InlineData("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE = ID", IniCode.UnknownValue)]
    [InlineData("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE =", IniCode.UnknownValue)]
    [InlineData("SELFCTLPORT = 8031", "SELFCTLPORT = 40000", IniCode.OtherControlPort)]
    [InlineData("SELFCTLPORT = 8031", "SELFCTLPORT =", IniCode.OtherControlPort)]
    [InlineData("SELFCTLPORT = 8031", "SELFCTLPORT = 8032", IniCode.OtherControlPort)]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXQPERSERVERMQ = 0", IniCode.NumberOutOfRange)]
    [InlineData("SELFCUK = cuk-slv1\n", "", IniCode.NotListed)]
    [InlineData("SELFCUK = cuk-slv1", "SELFCUK = other", IniCode.NotListed)]
    [InlineData("CUK = cuk-slv1\nCTLPORT", "CUK = cuk-slv2\nCTLPORT", IniCode.NotListed)]
    [InlineData("CUK = cuk-slv1\nCTLPORT", "CUK = *\nCTLPORT", IniCode.NotListed)]
    [InlineData("CUK = cuk-slv1\nCTLPORT", "CUK = [\nCTLPORT", IniCode.NotListed)]
    [InlineData("CUK = cuk-slv1\nCTLPORT", "CUK =\nCTLPORT", IniCode.NotListed)]
    [InlineData("GROUP = ring", "GROUP = ring\nMQACK = true", IniCode.UnknownValue)]
    [InlineData("GROUP = ring", "GROUP = ring\nAUTOMERGE =", IniCode.UnknownValue)]
    [InlineData("GROUP = ring", "GROUP = ring\nDOMERGE = 1", IniCode.UnknownValue)]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HFULLMAP = y", IniCode.UnknownValue)]
    [InlineData("GROUP = ring", "GROUP = ring\nSSL_MIN_VER = tls", IniCode.UnknownValue)]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXCHMPX = 0", IniCode.NumberOutOfRange)]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXCHMPX = x", IniCode.NumberOutOfRange)]
    [InlineData("NAME = slv1\n", "", IniCode.NameMissing)]
    [InlineData("NAME = svr1", "NAME =", IniCode.NamePattern)]
    [InlineData("NAME = svr1", "NAME = [a", IniCode.NamePattern)]
    [InlineData("NAME = svr1", "NAME = a]", IniCode.NamePattern)]
    [InlineData("NAME = svr1", "NAME = s[3-1]", IniCode.NamePattern)]
    [InlineData("NAME = svr1", "NAME = s[a-C]", IniCode.NamePattern)]
    [InlineData("NAME = svr1", "NAME = s[1-2-3]", IniCode.NamePattern)]
    [InlineData("NAME = svr1", "NAME = s[ ]", IniCode.NamePattern)]
    [InlineData("NAME = svr1", "NAME = s[,]", IniCode.NamePattern)]
    [InlineData("PORT = 8020\n", "", IniCode.PortMissing)]
    [InlineData("CUSTOM_ID_SEED = svr1\n", "", IniCode.IdentityMissing)]
    [InlineData("CUSTOM_ID_SEED = svr1", "CUSTOM_ID_SEED =", IniCode.IdentityMissing)]
    [InlineData("CUSTOM_ID_SEED = slv1", "CUSTOM_ID_SEED =", IniCode.IdentityMissing)]
    [InlineData("CUSTOM_ID_SEED = svr2\nSSL = no", "CUSTOM_ID_SEED = svr2\nSSL = true", IniCode.UnknownValue)]
    [InlineData("CUSTOM_ID_SEED = svr2\nSSL = no", "CUSTOM_ID_SEED = svr2\nSSL_VERIFY_PEER = 0", IniCode.UnknownValue)]
    public void What_chmpx_ends_on_is_said_to_end_it(string old, string now, IniCode code) =>
        Assert.Contains(Check(Changed(old, now)), problem => problem.Code == code && problem.Effect == IniEffect.Ends);

    [Theory]
    [InlineData("[SVRNODE]\nNAME = svr2", "[svrnode]\nNAME = svr2", IniCode.SectionMisspelt)]
    [InlineData("[SVRNODE]\nNAME = svr2", "[ SVRNODE ]\nNAME = svr2", IniCode.SectionMisspelt)]
    [InlineData("[SVRNODE]\nNAME = svr2", "[SVRNODE] # 2\nNAME = svr2", IniCode.SectionNotAlone)]
    [InlineData("GROUP = ring", "GROUP = ring\nINCLUDE /etc/passwd", IniCode.Include)]
    [InlineData("GROUP = ring", "GROUP = ring\nINCLUDE = /etc/passwd", IniCode.Include)]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXCHMPX = 8 it's", IniCode.UnreadableLine)]
    [InlineData("[GLOBAL]", "\ufeff[GLOBAL]", IniCode.ByteOrderMark)]
    [InlineData("GROUP = ring", "GROUP = ri\u001bng", IniCode.ControlCharacter)]
    [InlineData("GROUP = ring", "GROUP = ring\ufffd", IniCode.ControlCharacter)]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXCHMPX = 2", IniCode.TooFewPlaces)]
    [InlineData("NAME = svr1", "NAME = svr[1-2000]", IniCode.TooFewPlaces)]
    [InlineData("GROUP = ring", "GROUP = ring\nRETRYCNT = -2", IniCode.NumberOutOfRange)]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HMASKBIT = 13", IniCode.HashTooLarge)]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HMASKBIT = 16", IniCode.HashTooLarge)]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HCMASKBIT = 9", IniCode.HashTooLarge)]
    [InlineData("NAME = svr1\n", "", IniCode.NameMissing)]
    [InlineData("PORT = 8020", "PORT = 32768", IniCode.PortOutOfRange)]
    [InlineData("PORT = 8020", "PORT = -1", IniCode.PortOutOfRange)]
    [InlineData("CTLPORT = 8021", "CTLPORT = x", IniCode.PortOutOfRange)]
    [InlineData("[SLVNODE]", "[SVRNODE]\nNAME = svr9\nCUK = cuk-slv1\nPORT = 1\nCTLPORT = 8031\nCUSTOM_ID_SEED = x\n[SLVNODE]", IniCode.UnknownValue)]
    public void What_chmpx_runs_with_to_its_harm_is_refused_for_that(string old, string now, IniCode code)
    {
        var problems = Check(Changed(old, now));
        Assert.Contains(problems, problem => problem.Code == code && problem.Effect == IniEffect.Harms);
    }

    [Fact]
    public void A_line_is_ended_by_a_line_feed_alone_as_chmpx_ends_it()
    {
        var ini = IniReader.Read("[GLOBAL]\nDATE = a\u2028[SVRNODE]\u0085NAME = x\r[SLVNODE]");
        Assert.Equal("GLOBAL", Assert.Single(ini.Sections).Name);
    }

    [Fact]
    public void A_line_that_chmpx_throws_away_leaves_the_one_before_it_in_force() =>
        Assert.Equal("ring", IniReader.Read("[GLOBAL]\nGROUP = ring\nGROUP = it's").Global("GROUP"));

    [Theory]
    [InlineData("GROUP = ring", "GROUP =", 3)]
    [InlineData("SELFCUK = cuk-slv1", "SELFCUK =", 9)]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXCHMPX = 0", 4)]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HMASKBIT = 17", 4)]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HMASKBIT = x", 4)]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HMASKBIT = 13", 4)]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HCMASKBIT = 9", 4)]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HCMASKBIT = 9\nK2HMASKBIT = 9", 5)]
    public void One_mistake_is_one_problem_in_its_line(string old, string now, int line) => Assert.Equal(line, Assert.Single(Check(Changed(old, now))).Line);

    /// <summary>The keys that hold a number, with the least and the most of it that chmpx bears, and below which it ends.</summary>
    [Theory]
    [InlineData("MAXCHMPX", 1, int.MaxValue, IniEffect.Ends)]
    [InlineData("MAXMQSERVER", 0, int.MaxValue, IniEffect.Harms)]
    [InlineData("MAXMQCLIENT", 0, int.MaxValue, IniEffect.Harms)]
    [InlineData("MQPERATTACH", 1, int.MaxValue, IniEffect.Harms)]
    [InlineData("MAXQPERSERVERMQ", 1, int.MaxValue, IniEffect.Ends)]
    [InlineData("MAXQPERCLIENTMQ", 0, int.MaxValue, IniEffect.Harms)]
    [InlineData("MAXMQPERCLIENT", 0, int.MaxValue, IniEffect.Harms)]
    [InlineData("MAXHISTLOG", 0, int.MaxValue, IniEffect.Harms)]
    [InlineData("SOCKTHREADCNT", 0, 1000, IniEffect.Ends)]
    [InlineData("MQTHREADCNT", 0, 1000, IniEffect.Ends)]
    [InlineData("MAXSOCKPOOL", 1, 100_000, IniEffect.Ends)]
    [InlineData("SOCKPOOLTIMEOUT", 0, int.MaxValue, IniEffect.Ends)]
    [InlineData("RETRYCNT", -1, int.MaxValue, IniEffect.Harms)]
    [InlineData("MQRETRYCNT", -1, int.MaxValue, IniEffect.Harms)]
    [InlineData("K2HMASKBIT", 2, 16, IniEffect.Ends)]
    [InlineData("K2HCMASKBIT", 0, 16, IniEffect.Harms)]
    [InlineData("K2HMAXELE", 1, int.MaxValue, IniEffect.Ends)]
    [InlineData("REPLICA", int.MinValue, int.MaxValue, IniEffect.Note)]
    [InlineData("MERGETIMEOUT", int.MinValue, int.MaxValue, IniEffect.Note)]
    [InlineData("RWTIMEOUT", int.MinValue, int.MaxValue, IniEffect.Note)]
    [InlineData("CONTIMEOUT", int.MinValue, int.MaxValue, IniEffect.Note)]
    [InlineData("MQRWTIMEOUT", int.MinValue, int.MaxValue, IniEffect.Note)]
    public void A_number_is_held_to_what_chmpx_bears(string key, int least, int most, IniEffect below)
    {
        Assert.All([least, most], value => Assert.DoesNotContain(With(value), IsOfTheNumber));
        if (least > int.MinValue)
        {
            Assert.Contains(With(least - 1), problem => IsOfTheNumber(problem) && problem.Effect == below);
        }

        if (most < int.MaxValue)
        {
            Assert.Contains(With(most + 1), problem => IsOfTheNumber(problem) && problem.Effect == IniEffect.Harms);
        }

        ImmutableArray<IniProblem> With(int value) => Check(Changed("GROUP = ring", $"GROUP = ring\n{key} = {value}"));

        static bool IsOfTheNumber(IniProblem problem) => problem.Code == IniCode.NumberOutOfRange && problem.Line == 4;
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("x", 0)]
    [InlineData(" +12x", 12)]
    [InlineData("-0012 ; note", -12)]
    [InlineData("2147483648", int.MinValue)]
    [InlineData("4294967297", 1)]
    [InlineData("99999999999999999999", -1)]
    [InlineData("-99999999999999999999", 0)]
    public void Numbers_are_read_as_C_reads_them(string text, int number) => Assert.Equal(number, Atoi.Of(text));

    [Theory]
    [InlineData("svr", 1)]
    [InlineData("a,b", 2)]
    [InlineData("a,,b", 3)]
    [InlineData("a,", 1)]
    [InlineData("s[1-3]", 3)]
    [InlineData("s[1-3][a,b]x", 6)]
    [InlineData("s[1,]", 1)]
    [InlineData("s[01-03],t[a-c]", 6)]
    [InlineData("s[1-2000000000]", NamePattern.Most)]
    [InlineData("[,][,x", 0)]
    public void A_pattern_stands_for_as_many_servers_as_chmpx_makes_of_it(string name, int count) => Assert.Equal(count == 0 ? null : count, NamePattern.Count(name));

    [Theory]
    [InlineData("MQACK")]
    [InlineData("AUTOMERGE")]
    [InlineData("DOMERGE")]
    [InlineData("SSL")]
    [InlineData("SSL_VERIFY_PEER")]
    [InlineData("K2HFULLMAP")]
    public void A_switch_is_on_or_off_and_nothing_else(string key)
    {
        Assert.All(["on", "yes", "off", "no", "No"], value => Assert.DoesNotContain(Check(Switched(value)), IsOfTheSwitch));
        Assert.All(["true", "1", ""], value => Assert.Contains(Check(Switched(value)), IsOfTheSwitch));

        string Switched(string value) => Changed("SSL = no", $"{key} = {value}");

        static bool IsOfTheSwitch(IniProblem problem) => problem is { Code: IniCode.UnknownValue, Line: 10, Effect: IniEffect.Ends };
    }

    [Theory]
    [InlineData("SSLv2")]
    [InlineData("SSLV3")]
    [InlineData("TLSv1.0")]
    [InlineData("TLSv1.1")]
    [InlineData("TLSv1.2")]
    [InlineData("TLSv1.3")]
    public void The_least_version_of_TLS_is_one_that_chmpx_knows(string version) => Assert.Equal(
        [IniCode.TlsOff], Check(Changed("GROUP = ring", $"GROUP = ring\nSSL_MIN_VER = {version}")).Select(problem => problem.Code));

    [Fact]
    public void An_own_CUK_that_chmpx_has_no_room_for_is_refused() => Assert.Equal(
        [IniCode.TooLong, IniCode.TooLong], Check(SampleIni.Text.Replace("cuk-slv1", new string('a', 2048), StringComparison.Ordinal)).Select(problem => problem.Code));

    [Fact]
    public void A_control_port_must_be_given_by_each_node_or_for_all()
    {
        var problems = Check(Changed("CTLPORT = 8021\n", "").Replace("CTLPORT = 8031\nSELFCTLPORT", "SELFCTLPORT", StringComparison.Ordinal));
        Assert.Equal((IniCode.PortMissing, 11), (Assert.Single(problems).Code, problems[0].Line));
    }

    [Fact]
    public void A_port_for_all_in_the_global_section_will_do() =>
        Assert.Empty(Check(SampleIni.Text.Replace("PORT = 8020\n", "", StringComparison.Ordinal).Replace("GROUP = ring", "GROUP = ring\nPORT = 8020", StringComparison.Ordinal)));

    [Theory]
    [InlineData("CUK = cuk-svr1\n", "", true)]
    [InlineData("CUK = cuk-svr1", "CUK =", true)]
    [InlineData("[SLVNODE]", "[SLVNODE]\nNAME = other\n[SLVNODE]", true)]
    [InlineData("[SLVNODE]", "[SLVNODE]\nNAME = other\nCUK =\n[SLVNODE]", false)]
    public void With_CUKs_as_identities_each_node_must_have_one_and_another_slaves_may_be_empty(string old, string now, bool ends) => Assert.Equal(
        ends, Check(Changed("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE = CUK").Replace(old, now, StringComparison.Ordinal)).Any(problem => problem is { Code: IniCode.IdentityMissing, Effect: IniEffect.Ends }));

    [Theory]
    [InlineData("CTLENDPOINTS")]
    [InlineData("ctleps")]
    public void With_endpoints_as_identities_each_node_must_have_them(string type)
    {
        var without = Changed("CHMPXIDTYPE = CUSTOM", $"CHMPXIDTYPE = {type}");
        Assert.All(Check(without), problem => Assert.Equal((IniCode.IdentityMissing, IniEffect.Ends), (problem.Code, problem.Effect)));
        Assert.Equal([12, 20, 28], Check(without).Select(problem => problem.Line).Distinct().Order());
        var with = without
            .Replace("PORT = 8020", "PORT = 8020\nENDPOINTS = 10.0.0.1:8020\nCTLENDPOINTS = 10.0.0.1:8021", StringComparison.Ordinal)
            .Replace("NAME = slv1", "NAME = slv1\nCTLENDPOINTS = 10.0.0.3:8031", StringComparison.Ordinal);
        Assert.Empty(Check(with));
    }

    [Theory]
    [InlineData("CUK = cuk-svr1", "CUK", 2047)]
    [InlineData("CUSTOM_ID_SEED = svr1", "CUSTOM_ID_SEED", 2047)]
    [InlineData("NAME = svr1", "NAME", 1024)]
    public void What_chmpx_has_no_room_for_is_refused(string old, string key, int longest)
    {
        Assert.Empty(Check(Changed(old, $"{key} = {new string('a', longest)}")));
        Assert.Equal(IniCode.TooLong, Assert.Single(Check(Changed(old, $"{key} = {new string('a', longest + 1)}"))).Code);
    }

    [Fact]
    public void Room_is_counted_in_bytes_as_chmpx_counts_it() =>
        Assert.Equal(IniCode.TooLong, Assert.Single(Check(Changed("CUK = cuk-svr1", $"CUK = {new string('é', 1500)}"))).Code);

    [Theory]
    [InlineData(238, true)]
    [InlineData(239, false)]
    public void A_group_must_leave_room_for_the_name_of_a_queue(int length, bool fits) =>
        Assert.Equal(fits ? [] : [IniCode.GroupUnusable], Check(Changed("GROUP = ring", $"GROUP = {new string('a', length)}")).Select(problem => problem.Code));

    [Fact]
    public void A_slave_without_a_seed_is_no_matter_when_it_is_another_host() =>
        Assert.Empty(Check(SampleIni.Text + "\n[SLVNODE]\nNAME = slv2\nCUK = cuk-slv2\nCTLPORT = 8031\n"));

    [Fact]
    public void Another_slave_without_NAME_is_no_matter_for_chmpx() => Assert.Empty(Check(SampleIni.Text + "\n[SLVNODE]\nCUK = cuk-slv2\nCTLPORT = x\n"));

    [Fact]
    public void Sections_of_one_name_and_port_are_one_node_as_chmpx_has_them()
    {
        Assert.Empty(Check(SampleIni.Text + "\n[SVRNODE]\nNAME = svr1\nCTLPORT = 8021\n"));
        Assert.Equal(IniCode.NotListed, Assert.Single(Check(SampleIni.Text + "\n[SLVNODE]\nNAME = slv1\nCTLPORT = 8031\nCUK = gone\n")).Code);
    }

    [Theory]
    [InlineData(IniCheck.MostSections + 1, 1, IniCode.TooManySections)]
    [InlineData(1, IniCheck.MostKeys + 1, IniCode.TooManyKeys)]
    public void Beyond_what_a_ring_can_have_it_is_refused_as_a_whole(int sections, int keys, IniCode code) => Assert.Contains(
        Check(SampleIni.Text + string.Concat(Enumerable.Repeat("\n[OTHER]\n" + string.Concat(Enumerable.Range(0, keys).Select(i => $"K{i} = 1\n")), sections))),
        problem => problem.Code == code && problem.Effect == IniEffect.Harms);

    [Fact]
    public void Of_many_problems_the_first_are_kept_and_the_others_counted()
    {
        var problems = Check(SampleIni.Text + string.Concat(Enumerable.Repeat("\n[SVRNODE]\nCUK = x\n", 30_000)));
        Assert.Equal(IniCheck.MostProblems, problems.Length);
        Assert.Equal((IniCode.More, IniEffect.Harms), (problems[^1].Code, problems[^1].Effect));
        Assert.Contains("29901", problems[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_problem_names_the_line()
    {
        var problem = Assert.Single(Check(Changed("PORT = 8020", "PORT = 80200")));
        Assert.Equal(15, problem.Line);
        Assert.Contains("15", problem.ToString().Replace(problem.Message, string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_problem_of_the_whole_file_names_none()
    {
        var problem = Assert.Single(Check(Changed("GROUP = ring\n", "")));
        Assert.Equal((0, problem.Message), (problem.Line, problem.ToString()));
    }

    [Fact]
    public void Every_broken_rule_is_reported_not_the_first_alone() => Assert.True(Check("[GLOBAL]\nMODE = x").Length > 5);

    [Fact]
    public void No_text_makes_checking_fail()
    {
        IniText.Wild.Sample(text => { Check(text); }, iter: Iterations.Of(5_000));
        IniText.Damaged.Sample(text => { Check(text); }, iter: Iterations.Of(5_000));
    }

    private static ImmutableArray<IniProblem> Check(string text) => IniCheck.Check(IniReader.Read(text), NoFiles);

    /// <summary>The sample with the first place of some text changed; [SVRNODE] heads all.</summary>
    private static string Changed(string old, string now)
    {
        if (old == "[SVRNODE]")
        {
            return SampleIni.Text.Replace(old, now, StringComparison.Ordinal);
        }

        var at = SampleIni.Text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, $"the sample has no {old}");
        return SampleIni.Text[..at] + now + SampleIni.Text[(at + old.Length)..];
    }
}
