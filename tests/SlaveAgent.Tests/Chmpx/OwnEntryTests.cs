using System.Collections.Immutable;
using System.Globalization;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class OwnEntryTests
{
    private const string Other = "\n[SLVNODE]\nNAME = slv2\nCUK = cuk-slv2\nCTLPORT = 8031\nCUSTOM_ID_SEED = slv2\n";

    [Fact]
    public void Of_the_slaves_only_this_one_is_written()
    {
        var (ini, warnings) = Only(SampleIni.Text + Other);
        Assert.Equal(["slv1"], ini.Slaves.Select(slave => slave["NAME"]));
        Assert.Equal(["svr1", "svr2"], ini.Servers.Select(server => server["NAME"]));
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("\n[SLVNODE]\nCUK = cuk-slv2\n")]
    [InlineData("\n[SLVNODE]\nNAME = slv2\nCUK = \"cuk\nCTLPORT = 99999\n")]
    [InlineData("\n[SLVNODE]\nNAME = slv2\u0001\n")]
    [InlineData("\n[SLVNODE]\nNAME = [\nSLAVE_CERT = /not/there\n")]
    [InlineData("\n[SLVNODE]\nINCLUDE = /etc/passwd\n")]
    public void Whatever_is_wrong_with_another_slaves_entry_is_no_matter(string entry) =>
        Assert.IsType<ConfigurationPlan.Usable>(ConfigurationPlan.Make(SampleIni.Text + entry, "cuk-slv1", new HostFiles(_ => false, _ => false)));

    [Theory]
    [InlineData("NAME = slv1\n", "")]
    [InlineData("NAME = slv1\n", "NAME = slv1\u0001\n")]
    [InlineData("NAME = svr1\n", "")]
    [InlineData("NAME = svr1\n", "NAME = svr1\u0001\n")]
    public void What_is_wrong_with_the_own_entry_or_a_servers_keeps_the_last_good_file(string old, string now) =>
        Assert.IsNotType<ConfigurationPlan.Usable>(ConfigurationPlan.Make(SampleIni.Text.Replace(old, now, StringComparison.Ordinal) + Other, "cuk-slv1", new HostFiles(_ => false, _ => false)));

    [Fact]
    public void The_slaves_of_the_resource_are_counted()
    {
        var plan = ConfigurationPlan.Make(SampleIni.Text + Other, "cuk-slv1", new HostFiles(_ => false, _ => false));
        Assert.Equal(new RingRoom(Servers: 2, Slaves: 2, Places: 1024), Assert.IsType<ConfigurationPlan.Usable>(plan).Room);
    }

    [Fact]
    public void A_slave_that_comes_or_goes_changes_nothing_that_is_written() =>
        Assert.True(IniComparison.SaysTheSame(Only(SampleIni.Text).Ini, Only(SampleIni.Text + Other).Ini));

    [Fact]
    public void With_the_setting_all_slaves_are_kept()
    {
        var plan = ConfigurationPlan.Make(SampleIni.Text + Other, "cuk-slv1", new HostFiles(_ => false, _ => false), new PlanOptions(true, []));
        Assert.Equal(2, Assert.IsType<ConfigurationPlan.Usable>(plan).Ini.Slaves.Count());
    }

    [Fact]
    public void Of_two_own_entries_the_one_with_an_address_of_this_host_is_kept_and_the_other_is_named()
    {
        var text = SampleIni.Text + "\nCTLENDPOINTS = 10.0.0.2:8031\n\n[SLVNODE]\nNAME = slv1\nCUK = cuk-slv1\nCTLPORT = 8031\nCUSTOM_ID_SEED = slv1\nCTLENDPOINTS = 10.0.0.1:8031\n";
        foreach (var (own, other) in new[] { ("10.0.0.1", "10.0.0.2"), ("10.0.0.2", "10.0.0.1") })
        {
            var (ini, warnings) = Only(text, own);
            Assert.Equal($"{own}:8031", ini.Slaves.Single()["CTLENDPOINTS"]);
            Assert.Contains(other, Assert.Single(warnings).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Another_slave_with_this_hosts_name_is_named_by_its_CUK() => Assert.Contains(
        "cuk-twin", Assert.Single(Only(SampleIni.Text + "\n[SLVNODE]\nNAME = SLV1\nCUK = cuk-twin\nCTLPORT = 8031\nCUSTOM_ID_SEED = slv1\n").Warnings).Message, StringComparison.Ordinal);

    [Fact]
    public void Ten_thousand_slaves_with_a_problem_each_are_left_out_in_time_that_grows_with_their_number()
    {
        var many = string.Concat(Enumerable.Range(0, 10_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"\n[SLVNODE]\nNAME = s{i}\nCUK = c{i}\nX = \u0001\n")));
        Assert.Empty(Only(SampleIni.Text + many).Ini.Problems);
    }

    private static (IniDocument Ini, ImmutableArray<IniProblem> Warnings) Only(string text, params string[] addresses) =>
        OwnEntry.Only(IniReader.Read(text), addresses.ToHashSet(StringComparer.Ordinal));
}
