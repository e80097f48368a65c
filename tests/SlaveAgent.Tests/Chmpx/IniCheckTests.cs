using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class IniCheckTests
{
    private static readonly HostFiles NoFiles = new(_ => false, _ => false);

    [Fact]
    public void What_DBaaS_gives_a_slave_is_accepted() => Assert.Empty(Check(Fixture.SlaveIni()));

    [Fact]
    public void The_small_sample_is_accepted() => Assert.Empty(Check(SampleIni.Text));

    [Fact]
    public void What_DBaaS_gives_is_refused_while_the_host_is_not_put_in() =>
        Assert.Contains("this host is not listed", Assert.Single(Check(Fixture.SlaveIni("__SELF_INSTANCE_ID__"))).Rule, StringComparison.Ordinal);

    [Theory]
    [InlineData("MODE = SLAVE", "MODE = slave")]
    [InlineData("DELIVERMODE = hash", "DELIVERMODE = RANDOM")]
    [InlineData("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE = name")]
    [InlineData("CHMPXIDTYPE = CUSTOM\n", "")]
    [InlineData("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE = CUK")]
    [InlineData("FILEVERSION = 1", "FILEVERSION = -2147483648")]
    [InlineData("FILEVERSION = 1", "FILEVERSION = 2147483647")]
    [InlineData("GROUP = ring", "GROUP = a.B-3_c")]
    [InlineData("GROUP = ring", "GROUP = ring\nMQACK = Yes\nAUTOMERGE = off\nDOMERGE = ON\nK2HFULLMAP = no")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXCHMPX = 3")]
    [InlineData("GROUP = ring", "GROUP = ring\nREPLICA = 0\nRWTIMEOUT = 0\nSOCKTHREADCNT = 0")]
    [InlineData("GROUP = ring", "GROUP = ring\nSOCKTHREADCNT = 1000\nMQTHREADCNT = 1000\nMAXSOCKPOOL = 100000\nK2HMASKBIT = 2\nK2HCMASKBIT = 14\nK2HMAXELE = 1")]
    [InlineData("GROUP = ring", "GROUP = ring\nSSL_MIN_VER = default")]
    [InlineData("GROUP = ring", "GROUP = ring\nDATE = whatever")]
    [InlineData("GROUP = ring", "GROUP = ring\nUNKNOWN = 'whatever'")]
    [InlineData("CTLPORT = 8031\nSELF", "SELF")]
    [InlineData("CTLPORT = 8021\n", "")]
    [InlineData("CUSTOM_ID_SEED = svr2\nSSL = no", "CUSTOM_ID_SEED = svr2\nSSL = OFF\nSSL_VERIFY_PEER = off")]
    [InlineData("CUSTOM_ID_SEED = svr2\nSSL = no", "CUSTOM_ID_SEED = svr2\nSSL_VERIFY_PEER = no")]
    [InlineData("SELFCTLPORT = 8031", "SELFCTLPORT = 8031\nPORT = 32767")]
    [InlineData("NAME = svr1", "NAME = host[1-3],10.0.0.[1,2].example")]
    [InlineData("NAME = svr1", "NAME = fe80::1")]
    [InlineData("NAME = svr1", "NAME = 'svr1' # the first")]
    [InlineData("[SLVNODE]", "[K2HDKC]\nMAXTHREAD = 20\n[SLVNODE]")]
    public void What_chmpx_takes_is_accepted(string old, string now) => Assert.Empty(Check(Changed(old, now)));

    [Theory]
    [InlineData("[GLOBAL]", "[OTHER]", "there is no [GLOBAL] section")]
    [InlineData("[SLVNODE]", "[OTHER]", "there is no [SLVNODE] section")]
    [InlineData("[SVRNODE]", "[OTHER]", "there is no [SVRNODE] section")]
    [InlineData("[SVRNODE]\nNAME = svr2", "[svrnode]\nNAME = svr2", "must be written [SVRNODE]")]
    [InlineData("[SVRNODE]\nNAME = svr2", "[ SVRNODE ]\nNAME = svr2", "must be written [SVRNODE]")]
    [InlineData("[SVRNODE]\nNAME = svr2", "[SVRNODE] # 2\nNAME = svr2", "must stand alone")]
    [InlineData("GROUP = ring", "GROUP = ring\nINCLUDE /etc/passwd", "INCLUDE")]
    [InlineData("GROUP = ring", "GROUP = ring\nWORD = it's", "quote or backslash")]
    [InlineData("GROUP = ring", "GROUP = ring\nA\\\\B = 1", "plain")]
    [InlineData("GROUP = ring", "GROUP = ring\n\\#A = 1", "plain")]
    [InlineData("GROUP = ring\n", "", "must have GROUP")]
    [InlineData("GROUP = ring", "GROUP =", "must have GROUP")]
    [InlineData("GROUP = ring", "GROUP = a/b", "GROUP must be")]
    [InlineData("FILEVERSION = 1\n", "", "must have FILEVERSION")]
    [InlineData("FILEVERSION = 1", "FILEVERSION = 2147483648", "FILEVERSION must be")]
    [InlineData("FILEVERSION = 1", "FILEVERSION = 1x", "FILEVERSION must be")]
    [InlineData("MODE = SLAVE\n", "", "must have MODE")]
    [InlineData("MODE = SLAVE", "MODE = SERVER", "MODE must be")]
    [InlineData("DELIVERMODE = hash\n", "", "must have DELIVERMODE")]
    [InlineData("DELIVERMODE = hash", "DELIVERMODE = all", "DELIVERMODE must be hash or random, not \"all\"")]
    [InlineData("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE = ID", "CHMPXIDTYPE must be")]
    [InlineData("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE =", "CHMPXIDTYPE must be")]
    [InlineData("SELFCTLPORT = 8031\n", "", "must have SELFCTLPORT")]
    [InlineData("SELFCTLPORT = 8031", "SELFCTLPORT = 40000", "SELFCTLPORT must be a port")]
    [InlineData("CTLPORT = 8031\nSELF", "CTLPORT = 0\nSELF", "CTLPORT must be a port")]
    [InlineData("GROUP = ring", "GROUP = ring\nPORT = -1", "PORT must be a port")]
    [InlineData("SELFCUK = cuk-slv1\n", "", "must have SELFCUK")]
    [InlineData("SELFCUK = cuk-slv1", "SELFCUK = other", "this host is not listed")]
    [InlineData("SELFCTLPORT = 8031", "SELFCTLPORT = 8032", "this host is not listed")]
    [InlineData("GROUP = ring", "GROUP = ring\nMQACK = true", "MQACK must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nAUTOMERGE =", "AUTOMERGE must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nDOMERGE = 1", "DOMERGE must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HFULLMAP = y", "K2HFULLMAP must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nSSL_MIN_VER = tls", "SSL_MIN_VER must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXCHMPX = 0", "MAXCHMPX must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXCHMPX = 2", "the servers and this node are 3")]
    [InlineData("GROUP = ring", "GROUP = ring\nREPLICA = -1", "REPLICA must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXSOCKPOOL = 0", "MAXSOCKPOOL must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nRWTIMEOUT = 12x", "RWTIMEOUT must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HMASKBIT = 1", "K2HMASKBIT must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HMASKBIT = 17", "K2HMASKBIT must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HMASKBIT = 13", "at most 16 together, not 17")]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HMASKBIT = 16", "at most 16 together, not 20")]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HCMASKBIT = 9", "at most 16 together, not 17")]
    [InlineData("GROUP = ring", "GROUP = ring\nK2HMAXELE = 0", "K2HMAXELE must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nMQPERATTACH = 0", "MQPERATTACH must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXQPERSERVERMQ = 0", "MAXQPERSERVERMQ must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nSOCKTHREADCNT = 1001", "SOCKTHREADCNT must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nMQTHREADCNT = 1001", "MQTHREADCNT must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXSOCKPOOL = 100001", "MAXSOCKPOOL must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXMQSERVER = 0", "MAXMQSERVER must be")]
    [InlineData("GROUP = ring", "GROUP = ring\nMAXMQCLIENT = 0", "MAXMQCLIENT must be")]
    [InlineData("NAME = svr1\n", "", "the [SVRNODE] must have NAME")]
    [InlineData("NAME = slv1\n", "", "the [SLVNODE] must have NAME")]
    [InlineData("NAME = svr1", "NAME =", "the [SVRNODE] must have NAME")]
    [InlineData("NAME = svr1", "NAME = a b", "NAME must be")]
    [InlineData("NAME = svr1", "NAME = [a", "NAME must be")]
    [InlineData("NAME = svr1", "NAME = a]", "NAME must be")]
    [InlineData("PORT = 8020\n", "", "must have PORT")]
    [InlineData("PORT = 8020", "PORT = 32768", "PORT must be a port")]
    [InlineData("CTLPORT = 8021", "CTLPORT = x", "CTLPORT must be a port")]
    [InlineData("CUSTOM_ID_SEED = svr1\n", "", "must have CUSTOM_ID_SEED")]
    [InlineData("CUSTOM_ID_SEED = svr1", "CUSTOM_ID_SEED =", "must have CUSTOM_ID_SEED")]
    [InlineData("CUSTOM_ID_SEED = slv1", "CUSTOM_ID_SEED =", "this host's [SLVNODE] must have CUSTOM_ID_SEED")]
    [InlineData("CUSTOM_ID_SEED = svr2\nSSL = no", "CUSTOM_ID_SEED = svr2\nSSL = true", "SSL must be")]
    [InlineData("CUSTOM_ID_SEED = svr2\nSSL = no", "CUSTOM_ID_SEED = svr2\nSSL_VERIFY_PEER = 0", "SSL_VERIFY_PEER must be")]
    public void What_chmpx_exits_on_or_misreads_is_refused_by_its_rule(string old, string now, string rule)
    {
        var problems = Check(Changed(old, now));
        Assert.Contains(problems, problem => problem.Rule.Contains(rule, StringComparison.Ordinal));
    }

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

    /// <summary>The keys that hold a number, read in lib/chmconf.cc (Chmpx/README.md, "Configuration file"), with the least and the most of it that chmpx bears.</summary>
    [Theory]
    [InlineData("MAXCHMPX", 1, int.MaxValue)]
    [InlineData("REPLICA", 0, int.MaxValue)]
    [InlineData("MAXMQSERVER", 1, int.MaxValue)]
    [InlineData("MAXMQCLIENT", 1, int.MaxValue)]
    [InlineData("MQPERATTACH", 1, int.MaxValue)]
    [InlineData("MAXQPERSERVERMQ", 1, int.MaxValue)]
    [InlineData("MAXQPERCLIENTMQ", 0, int.MaxValue)]
    [InlineData("MAXMQPERCLIENT", 0, int.MaxValue)]
    [InlineData("MAXHISTLOG", 0, int.MaxValue)]
    [InlineData("SOCKTHREADCNT", 0, 1000)]
    [InlineData("MQTHREADCNT", 0, 1000)]
    [InlineData("MAXSOCKPOOL", 1, 100_000)]
    [InlineData("SOCKPOOLTIMEOUT", 0, int.MaxValue)]
    [InlineData("MERGETIMEOUT", 0, int.MaxValue)]
    [InlineData("RWTIMEOUT", 0, int.MaxValue)]
    [InlineData("RETRYCNT", 0, int.MaxValue)]
    [InlineData("CONTIMEOUT", 0, int.MaxValue)]
    [InlineData("MQRWTIMEOUT", 0, int.MaxValue)]
    [InlineData("MQRETRYCNT", 0, int.MaxValue)]
    [InlineData("K2HMASKBIT", 2, 16)]
    [InlineData("K2HCMASKBIT", 0, 16)]
    [InlineData("K2HMAXELE", 1, int.MaxValue)]
    public void A_number_is_held_to_what_chmpx_bears(string key, int least, int most)
    {
        string[] outside = [least == 0 ? "-1" : $"{least - 1}", $"{most + 1L}", "1x", ""];
        Assert.All(outside, value => Assert.Contains(
            Check(Changed("GROUP = ring", $"GROUP = ring\n{key} = {value}")),
            problem => problem.Rule == $"{key} must be a whole number from {least} to {most}, not \"{value}\""));
        Assert.All([least, most], value => Assert.DoesNotContain(
            Check(Changed("GROUP = ring", $"GROUP = ring\n{key} = {value}")),
            problem => problem.Rule.StartsWith($"{key} must be", StringComparison.Ordinal)));
    }

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

        bool IsOfTheSwitch(IniProblem problem) => problem.Rule.StartsWith($"{key} must be on or yes or off or no", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SSLv2")]
    [InlineData("SSLV3")]
    [InlineData("TLSv1.0")]
    [InlineData("TLSv1.1")]
    [InlineData("TLSv1.2")]
    [InlineData("TLSv1.3")]
    public void The_least_version_of_TLS_is_one_that_chmpx_knows(string version) => Assert.DoesNotContain(
        Check(Changed("GROUP = ring", $"GROUP = ring\nSSL_MIN_VER = {version}")), problem => problem.Rule.StartsWith("SSL_MIN_VER", StringComparison.Ordinal));

    [Fact]
    public void An_own_CUK_that_chmpx_has_no_room_for_is_refused() => Assert.Contains(
        Check(SampleIni.Text.Replace("cuk-slv1", new string('a', 2048), StringComparison.Ordinal)), problem => problem.Rule == "SELFCUK is longer than the 2047 bytes chmpx has room for");

    [Fact]
    public void A_control_port_must_be_given_by_the_node_or_for_all()
    {
        var problems = Check(Changed("CTLPORT = 8021\n", "").Replace("CTLPORT = 8031\nSELF", "SELF", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Rule == "the [SVRNODE] must have CTLPORT, or [GLOBAL] for all");
    }

    [Fact]
    public void A_port_for_all_in_the_global_section_will_do() =>
        Assert.Empty(Check(SampleIni.Text.Replace("PORT = 8020\n", "", StringComparison.Ordinal).Replace("GROUP = ring", "GROUP = ring\nPORT = 8020", StringComparison.Ordinal)));

    [Theory]
    [InlineData("CUK = cuk-svr1\n", "the [SVRNODE] must have CUK")]
    [InlineData("CUK = cuk-slv1\nCTLPORT", "the [SLVNODE] must have CUK")]
    public void With_CUKs_as_identities_each_node_must_have_one(string old, string rule)
    {
        var now = old.EndsWith("CTLPORT", StringComparison.Ordinal) ? "CTLPORT" : string.Empty;
        var problems = Check(Changed("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE = CUK").Replace(old, now, StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Rule.StartsWith(rule, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CTLENDPOINTS")]
    [InlineData("ctleps")]
    public void With_endpoints_as_identities_each_node_must_have_them(string type)
    {
        var without = Changed("CHMPXIDTYPE = CUSTOM", $"CHMPXIDTYPE = {type}");
        Assert.Equal(
            ["the [SVRNODE] must have CTLENDPOINTS", "the [SVRNODE] must have ENDPOINTS", "the [SVRNODE] must have CTLENDPOINTS", "the [SVRNODE] must have ENDPOINTS", "the [SLVNODE] must have CTLENDPOINTS"],
            Check(without).Select(p => p.Rule[..p.Rule.IndexOf(',', StringComparison.Ordinal)]));
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
        Assert.Contains("longer", Assert.Single(Check(Changed(old, $"{key} = {new string('a', longest + 1)}"))).Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void Room_is_counted_in_bytes_as_chmpx_counts_it() =>
        Assert.Contains("longer", Assert.Single(Check(Changed("CUK = cuk-svr1", $"CUK = {new string('é', 1500)}"))).Rule, StringComparison.Ordinal);

    [Fact]
    public void A_long_group_is_refused() => Assert.Single(Check(Changed("GROUP = ring", $"GROUP = {new string('a', 201)}")));

    [Fact]
    public void A_slave_without_a_seed_is_no_matter_when_it_is_another_host() =>
        Assert.Empty(Check(SampleIni.Text + "\n[SLVNODE]\nNAME = slv2\nCUK = cuk-slv2\nCTLPORT = 8031\n"));

    [Fact]
    public void A_problem_names_the_line()
    {
        var problem = Assert.Single(Check(Changed("PORT = 8020", "PORT = 80200")), p => p.Line > 0);
        Assert.Equal(15, problem.Line);
        Assert.StartsWith("line 15: PORT must be a port", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_problem_of_the_whole_file_names_none() =>
        Assert.Equal("there is no [SLVNODE] section", Assert.Single(Check(Changed("[SLVNODE]", "[OTHER]")), p => p.Line == 0).ToString());

    [Fact]
    public void Every_broken_rule_is_reported_not_the_first_alone() => Assert.True(Check("[GLOBAL]\nMODE = x").Length > 5);

    [Fact]
    public void No_text_makes_checking_fail()
    {
        IniText.Wild.Sample(text => { Check(text); }, iter: Iterations.Of(5_000));
        IniText.Damaged.Sample(text => { Check(text); }, iter: Iterations.Of(5_000));
    }

    private static System.Collections.Immutable.ImmutableArray<IniProblem> Check(string text) => IniCheck.Check(IniReader.Read(text), NoFiles);

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
