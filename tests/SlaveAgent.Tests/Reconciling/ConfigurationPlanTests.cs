using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Reconciling;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

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
    public void The_templates_dummy_slave_is_not_this_host() =>
        Assert.IsType<ConfigurationPlan.SelfMissing>(Make(SampleIni.Text.Replace("NAME = slv1\nCUK = cuk-slv1", "NAME = 127.0.0.1\nCUK = dummy_cuk", StringComparison.Ordinal)));

    [Fact]
    public void A_list_without_any_slave_lacks_this_host() =>
        Assert.IsType<ConfigurationPlan.SelfMissing>(Make(SampleIni.Text[..SampleIni.Text.IndexOf("[SLVNODE]", StringComparison.Ordinal)]));

    [Theory]
    [InlineData("SELFCUK = cuk-slv1\n", "")]
    [InlineData("SELFCUK = cuk-slv1", "SELFCUK =")]
    [InlineData("MODE = SLAVE\n", "")]
    [InlineData("DELIVERMODE = hash", "DELIVERMODE = what")]
    public void What_chmpx_would_exit_on_is_refused_and_not_taken_for_a_missing_host(string old, string now) =>
        Assert.NotEmpty(Assert.IsType<ConfigurationPlan.Refused>(Make(SampleIni.Text.Replace(old, now, StringComparison.Ordinal))).Problems);

    [Fact]
    public void A_missing_host_beside_another_broken_rule_is_refused() => Assert.IsType<ConfigurationPlan.Refused>(
        Make(SampleIni.Text.Replace("DELIVERMODE = hash", "DELIVERMODE = what", StringComparison.Ordinal), "x", "SELFCUK = x"));

    [Theory]
    [InlineData("", "it has no [GLOBAL] section")]
    [InlineData("hello", "it has no [GLOBAL] section")]
    [InlineData("[global]\nMODE = SLAVE", "it has no [GLOBAL] section")]
    [InlineData("[GLOBAL]\nMODE = SERVER", "its MODE is SERVER")]
    public void Something_else_than_a_slaves_configuration_is_said_to_be_that(string text, string why) =>
        Assert.Equal(why, Assert.IsType<ConfigurationPlan.NoSlave>(Make(text)).Why);

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
    public void A_configuration_that_was_made_for_another_host_is_refused() => Assert.Contains(
        "SELFCUK must be this host's own CUK cuk-slv1, not \"cuk-other\"",
        Assert.IsType<ConfigurationPlan.Refused>(Make(SampleIni.Text.Replace("cuk-slv1", "cuk-other", StringComparison.Ordinal))).Problems.Single().Rule,
        StringComparison.Ordinal);

    [Fact]
    public void The_hosts_CUK_is_put_in_wherever_the_mark_stands() =>
        Assert.IsType<ConfigurationPlan.Usable>(Make(SampleIni.Text.Replace("cuk-slv1", "__SELF_INSTANCE_ID__", StringComparison.Ordinal), "i-0123"));

    [Fact]
    public void Whatever_is_usable_is_accepted_as_it_will_be_written() => Gen.OneOf(IniText.Damaged, IniText.Wild).Sample(
        text => Make(text) is not ConfigurationPlan.Usable usable || IniCheck.Check(IniReader.Read(IniWriter.Write(usable.Ini, int.MaxValue)), NoFiles).IsEmpty, iter: Iterations.Of(10_000));

    private static ConfigurationPlan Make(string text, string cuk = "cuk-slv1", string? self = null) =>
        ConfigurationPlan.Make(self is null ? text : text.Replace("SELFCUK = cuk-slv1", self, StringComparison.Ordinal), cuk, NoFiles);
}
