using System.Text.Json;
using System.Text.RegularExpressions;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>The alert rules, the dashboard and the queries of the pages go by metrics that there are; promtool finds the rules right.</summary>
public sealed partial class MonitoringTests
{
    private const string Dashboard = "packaging/monitoring/dashboard.json";
    private const string Alerts = "packaging/monitoring/alerts.yaml";
    private const string AlertTests = "packaging/monitoring/alerts.test.yaml";

    [Theory]
    [InlineData("check", "rules", "alerts.yaml")]
    [InlineData("test", "rules", "alerts.test.yaml")]
    public async Task Promtool_accepts_the_rules_and_their_tests(params string[] arguments)
    {
        var (code, output) = await Promtool.RunAsync(string.Empty, arguments);
        Assert.True(code == 0, output);
    }

    [Fact]
    public void Each_alert_has_a_test_in_which_it_fires()
    {
        var tested = Regex.Matches(Repository.Read(AlertTests), @"alertname: (\w+)\n\s+exp_alerts:").Select(match => match.Groups[1].Value).Distinct();
        Assert.Equal(Regex.Matches(Repository.Read(Alerts), @"alert: (\w+)").Select(match => match.Groups[1].Value).Order(), tested.Order());
    }

    [Theory]
    [InlineData(Dashboard)]
    [InlineData(Alerts)]
    [InlineData(AlertTests)]
    [InlineData("README.md")]
    [InlineData("packaging/OPERATING.md")]
    public void Each_metric_that_is_named_is_there(string file)
    {
        var there = PrometheusText.Parse(MetricsText.Of(SampleStatus.Whole, SampleStatus.Now)).Types.Keys;
        var named = Metric().Matches(Repository.Read(file)).Select(match => match.Value).Distinct().ToList();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(there));
    }

    [Fact]
    public void The_manual_page_explains_every_metric()
    {
        var page = Repository.Read("packaging/man/k2hdkc-slave-agent.8").Replace("\\-", "-", StringComparison.Ordinal);
        var there = PrometheusText.Parse(MetricsText.Of(SampleStatus.Whole, SampleStatus.Now)).Types.Keys.Select(name => name["k2hdkc_slave_".Length..]);
        Assert.All(there, name => Assert.Matches($@"\b{name}\b", page));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("packaging/OPERATING.md")]
    public void The_query_for_the_unhealthy_is_the_one_that_promtool_tests(string page) =>
        Assert.Contains(Regex.Match(Repository.Read(AlertTests), "- expr: (count\\(\\(.*)").Groups[1].Value, Repository.Read(page), StringComparison.Ordinal);

    [Fact]
    public void The_dashboard_leaves_the_data_source_to_its_reader()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read(Dashboard));
        Assert.Contains(
            dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray(),
            variable => variable.GetProperty("type").GetString() == "datasource" && variable.GetProperty("name").GetString() == "datasource");
        Assert.All(
            dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray().Append(panel)),
            part => Assert.Equal("${datasource}", part.GetProperty("datasource").GetProperty("uid").GetString()));
    }

    [GeneratedRegex("k2hdkc_slave_[a-z0-9_]+")]
    private static partial Regex Metric();
}
