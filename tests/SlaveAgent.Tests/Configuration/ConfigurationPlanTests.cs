using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Configuration;

public sealed class ConfigurationPlanTests
{
    private static readonly HostFiles NoFiles = new(_ => false, _ => false);

    [Fact]
    public void What_DBaaS_gives_a_slave_is_usable_with_the_hosts_CUK_put_in()
    {
        var plan = Assert.IsType<ConfigurationPlan.Usable>(Make(Fixture.Text("k2hr3/dbaas-slave-2-servers.ini")));
        Assert.Equal("cuk-slv1", plan.Ini.Global("SELFCUK"));
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void Without_this_host_in_the_list_it_is_what_is_missing() => Assert.IsType<ConfigurationPlan.SelfMissing>(Make(Fixture.Text("k2hr3/dbaas-slave-2-servers.ini"), "cuk-other"));

    [Fact]
    public void A_control_port_that_is_not_the_own_entrys_is_refused_and_not_taken_for_a_missing_host() => Assert.Equal(
        IniCode.OtherControlPort,
        Assert.Single(Assert.IsType<ConfigurationPlan.Refused>(Make(SampleIni.Text.Replace("SELFCTLPORT = 8031", "SELFCTLPORT = 8032", StringComparison.Ordinal))).Problems).Code);

    [Fact]
    public void The_templates_dummy_slave_is_not_this_host() =>
        Assert.IsType<ConfigurationPlan.SelfMissing>(Make(SampleIni.Text.Replace("NAME = slv1\nCUK = cuk-slv1", "NAME = 127.0.0.1\nCUK = dummy_cuk", StringComparison.Ordinal)));

    [Fact]
    public void A_list_without_any_slave_lacks_this_host() =>
        Assert.IsType<ConfigurationPlan.SelfMissing>(Make(SampleIni.Text[..SampleIni.Text.IndexOf("[SLVNODE]", StringComparison.Ordinal)]));

    [Theory]
    [InlineData("DELIVERMODE = hash", "DELIVERMODE = what")]
    [InlineData("CTLPORT = 8031\nCUSTOM_ID_SEED = slv1", "CTLPORT = 70000\nCUSTOM_ID_SEED = slv1\n\n[SLVNODE]\nNAME = slv1\nCUK = cuk-slv1\nCTLPORT = 8031")]
    [InlineData("NAME = slv1\n", "")]
    [InlineData("NAME = svr1\n", "")]
    public void What_chmpx_would_exit_on_is_refused_and_not_taken_for_a_missing_host(string old, string now) =>
        Assert.NotEmpty(Assert.IsType<ConfigurationPlan.Refused>(Make(SampleIni.Text.Replace(old, now, StringComparison.Ordinal))).Problems);

    [Fact]
    public void A_missing_host_beside_another_broken_rule_is_refused() => Assert.IsType<ConfigurationPlan.Refused>(
        Make(SampleIni.Text.Replace("DELIVERMODE = hash", "DELIVERMODE = what", StringComparison.Ordinal), "x", "SELFCUK = x"));

    [Theory]
    [InlineData("", null)]
    [InlineData("hello", null)]
    [InlineData("[global]\nMODE = SLAVE", null)]
    [InlineData("[GLOBAL]\nMODE = SERVER", "SERVER")]
    public void Something_else_than_a_slaves_configuration_is_said_to_be_that(string text, string? mode)
    {
        var other = Assert.IsType<ConfigurationPlan.NoSlave>(Make(text));
        Assert.Equal(mode, other.Mode);
        Assert.Contains(mode ?? "[GLOBAL]", other.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FILEVERSION = 1\n", "")]
    [InlineData("FILEVERSION = 1", "FILEVERSION =")]
    [InlineData("FILEVERSION = 1", "FILEVERSION = many")]
    public void The_templates_own_version_is_no_matter(string old, string now) => Assert.IsType<ConfigurationPlan.Usable>(Make(SampleIni.Text.Replace(old, now, StringComparison.Ordinal)));

    [Theory]
    [InlineData(201, 0)]
    [InlineData(202, 1)]
    [InlineData(300, 1)]
    public void From_four_fifths_of_MAXCHMPX_on_the_slaves_of_the_resource_are_warned_of(int others, int warnings)
    {
        var text = SampleIni.Text.Replace("MODE = SLAVE", "MODE = SLAVE\nMAXCHMPX = 256", StringComparison.Ordinal)
            + string.Concat(Enumerable.Range(0, others).Select(i => $"\n[SLVNODE]\nNAME = other{i}\nCUK = c{i}\n"));
        Assert.Equal(warnings, Assert.IsType<ConfigurationPlan.Usable>(Make(text)).Warnings.Length);
    }

    [Fact]
    public void A_node_listed_twice_is_there_once_with_a_warning()
    {
        var plan = Assert.IsType<ConfigurationPlan.Usable>(Make(SampleIni.Text + "\n[SVRNODE]\nNAME = svr1\nCUK = cuk-svr1\nPORT = 8020\nCTLPORT = 8021\nCUSTOM_ID_SEED = svr1\n"));
        Assert.Equal(2, plan.Ini.Servers.Count());
        Assert.Single(plan.Warnings);
    }

    [Fact]
    public void A_configuration_that_was_made_for_another_host_is_refused() => Assert.Equal(
        IniCode.OtherHost, Assert.IsType<ConfigurationPlan.Refused>(Make(SampleIni.Text.Replace("cuk-slv1", "cuk-other", StringComparison.Ordinal))).Problems.Single().Code);

    [Theory]
    [InlineData("SELFCUK = cuk-slv1\n", "", "SELFCUK", "cuk-slv1")]
    [InlineData("SELFCUK = cuk-slv1", "SELFCUK =", "SELFCUK", "cuk-slv1")]
    [InlineData("SELFCTLPORT = 8031\n", "", "SELFCTLPORT", "8031")]
    [InlineData("SELFCTLPORT = 8031", "SELFCTLPORT =", "SELFCTLPORT", "8031")]
    [InlineData("SELFCTLPORT = 8031", "SELFCTLPORT = -1", "SELFCTLPORT", "8031")]
    [InlineData("MODE = SLAVE\n", "", "MODE", "SLAVE")]
    [InlineData("MODE = SLAVE", "MODE =", "MODE", "SLAVE")]
    public void What_the_agent_knows_better_is_put_in_with_a_note(string old, string now, string key, string value)
    {
        var plan = Assert.IsType<ConfigurationPlan.Usable>(Make(SampleIni.Text.Replace(old, now, StringComparison.Ordinal)));
        Assert.Equal(value, plan.Ini.Global(key));
        Assert.Equal(IniCode.Repaired, Assert.Single(plan.Warnings).Code);
    }

    [Theory]
    [InlineData("ENDPOINTS = fd00:9::11:8020", "[fd00:9::11]:8020", IniCode.Repaired)]
    [InlineData("ENDPOINTS = 10.0.0.1:8020,fd00:9::11:8020", "10.0.0.1:8020,[fd00:9::11]:8020", IniCode.Repaired)]
    [InlineData("ENDPOINTS = fd00:9::11:8021", null, IniCode.PortInAddress)]
    [InlineData("ENDPOINTS = fd00:9::11:8021,fd00:9::11:8020", "fd00:9::11:8021,[fd00:9::11]:8020", IniCode.PortInAddress, IniCode.Repaired)]
    [InlineData("ENDPOINTS = fd00:9::11:0021", null)]
    [InlineData("ENDPOINTS = fd00:9::11:18020", null)]
    [InlineData("ENDPOINTS = fd00:9:0:0:0:0:11:8020", null)]
    [InlineData("ENDPOINTS = [fd00:9::11]:8020", null)]
    [InlineData("ENDPOINTS = fd00:9::11", null)]
    [InlineData("ENDPOINTS = fd00:9:0:0:0:0:0:11:8020", null)]
    public void The_port_of_an_IPv6_address_without_brackets_gets_them_where_it_is_the_nodes_own_and_is_warned_of_else(string line, string? written, params IniCode[] warnings)
    {
        var plan = Assert.IsType<ConfigurationPlan.Usable>(Make(SampleIni.Text.Replace("NAME = svr1", $"NAME = svr1\n{line}", StringComparison.Ordinal)));
        Assert.Equal(written ?? line[(line.IndexOf('=', StringComparison.Ordinal) + 2)..], plan.Ini.Servers.First()["ENDPOINTS"]);
        Assert.Equal(warnings, plan.Warnings.Select(warning => warning.Code));
    }

    [Theory]
    [InlineData("\n[SLVNODE]\nCUK = cuk-slv2\nCTLPORT = 8031\n")]
    [InlineData("\n[SLVNODE]\nNAME = slv2\u0001\nCTLPORT = 8031\n")]
    [InlineData("\n[SLVNODE]\nNAME = slv2\nCTLPORT = 8031\nSLAVE_CERT = /not/there\n")]
    [InlineData("\n[SLVNODE]\nNAME = slv2\nCTLPORT = 8031\nCAPATH = /not/there\n")]
    public void Another_slaves_entry_that_is_wrong_is_left_out_and_named_where_the_others_are_kept(string wrong)
    {
        const string Right = "\n[SLVNODE]\nNAME = slv3\nCUK = cuk-slv3\nCTLPORT = 8031\n";
        var plan = Assert.IsType<ConfigurationPlan.Usable>(ConfigurationPlan.Make(SampleIni.Text + wrong + Right, "cuk-slv1", NoFiles, new PlanOptions(true, [])));
        Assert.Equal(["slv1", "slv3"], plan.Ini.Slaves.Select(slave => slave["NAME"]));
        Assert.Equal((IniCode.OtherSlaveLeftOut, 33), (Assert.Single(plan.Warnings).Code, plan.Warnings[0].Line));
        Assert.Empty(IniCheck.Check(IniReader.Read(IniWriter.Write(plan.Ini, 3)), NoFiles));
    }

    [Fact]
    public void Another_slaves_entry_without_a_control_port_is_left_out_where_none_is_for_all()
    {
        var text = SampleIni.Text.Replace("CTLPORT = 8031\nSELFCTLPORT", "SELFCTLPORT", StringComparison.Ordinal) + "\n[SLVNODE]\nNAME = slv2\n";
        var plan = Assert.IsType<ConfigurationPlan.Usable>(ConfigurationPlan.Make(text, "cuk-slv1", NoFiles, new PlanOptions(true, [])));
        Assert.Equal((IniCode.OtherSlaveLeftOut, 1), (Assert.Single(plan.Warnings).Code, plan.Ini.Slaves.Count()));
    }

    [Fact]
    public void A_resource_with_ten_thousand_slaves_is_usable_also_where_all_are_kept()
    {
        var text = SampleIni.Text + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"\n[SLVNODE]\nNAME = other{i}\nCUK = c{i}\n"));
        Assert.Equal(10_001, Assert.IsType<ConfigurationPlan.Usable>(ConfigurationPlan.Make(text, "cuk-slv1", NoFiles, new PlanOptions(true, []))).Ini.Slaves.Count());
        Assert.Single(Assert.IsType<ConfigurationPlan.Usable>(Make(text)).Ini.Slaves);
    }

    [Fact]
    public void Of_thousands_of_duplicates_a_few_are_named_and_the_others_counted()
    {
        var plan = Assert.IsType<ConfigurationPlan.Usable>(Make(SampleIni.Text + string.Concat(Enumerable.Repeat("\n[SVRNODE]\n# again\nNAME = svr1\nCTLPORT = 8021\n", 8_000))));
        Assert.Equal(ConfigurationPlan.MostWarnings, plan.Warnings.Length);
        Assert.Equal(IniCode.More, plan.Warnings[^1].Code);
    }

    [Fact]
    public void A_slave_of_a_pattern_for_all_is_this_host_and_its_own_entry_comes_before_it()
    {
        var pattern = SampleIni.Text.Replace("NAME = slv1\nCUK = cuk-slv1", "NAME = [.]*\nCUK = [.]*", StringComparison.Ordinal);
        Assert.Equal("[.]*", Assert.IsType<ConfigurationPlan.Usable>(Make(pattern)).Ini.Slaves.Single()["CUK"]);
        Assert.Equal("cuk-slv1", Assert.IsType<ConfigurationPlan.Usable>(Make(SampleIni.Text + "\n[SLVNODE]\nNAME = [.]*\nCUK = [.]*\nCTLPORT = 8031\n")).Ini.Slaves.Single()["CUK"]);
    }

    [Fact]
    public void A_refusal_says_that_chmpx_would_exit_only_where_it_does()
    {
        var harms = Assert.IsType<ConfigurationPlan.Refused>(Make(SampleIni.Text.Replace("PORT = 8020", "PORT = 70000", StringComparison.Ordinal)));
        var ends = Assert.IsType<ConfigurationPlan.Refused>(Make(SampleIni.Text.Replace("SSL = no", "SSL = maybe", StringComparison.Ordinal)));
        Assert.All(harms.Problems, problem => Assert.Equal(IniEffect.Harms, problem.Effect));
        Assert.NotEqual(ends.Why, harms.Why);
    }

    [Fact]
    public void The_hosts_CUK_is_put_in_wherever_the_mark_stands() =>
        Assert.IsType<ConfigurationPlan.Usable>(Make(SampleIni.Text.Replace("cuk-slv1", "__SELF_INSTANCE_ID__", StringComparison.Ordinal), "i-0123"));

    [Fact]
    public void Whatever_is_usable_is_accepted_as_it_will_be_written() => Gen.OneOf(IniText.Damaged, IniText.Wild).Sample(
        text => Make(text) is not ConfigurationPlan.Usable usable || IniCheck.Check(IniReader.Read(IniWriter.Write(usable.Ini, int.MaxValue)), NoFiles).IsEmpty, iter: Iterations.Of(10_000));

    private static ConfigurationPlan Make(string text, string cuk = "cuk-slv1", string? self = null) =>
        ConfigurationPlan.Make(self is null ? text : text.Replace("SELFCUK = cuk-slv1", self, StringComparison.Ordinal), cuk, NoFiles);
}
