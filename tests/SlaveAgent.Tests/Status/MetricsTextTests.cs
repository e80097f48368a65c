using SlaveAgent.Reconciling;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Status;

public sealed class MetricsTextTests
{
    private const string Prefix = "k2hdkc_slave_";

    private static readonly AgentStatus Observed = SampleStatus.Whole with { Pid = 0, Role = null, Room = null, K2hr3 = null, ChmpxRestarts = null, Conditions = [], Generation = new GenerationStatus("/x.ini", null, null, null, []) };

    [Fact]
    public void Each_part_of_the_status_has_its_sample()
    {
        var read = Read(SampleStatus.Whole);
        (string Name, (string, string)[] Labels, double Value)[] expected =
        [
            ("build_info", [("version", "1.2.3")], 1),
            ("role_info", [("role", "yrn:yahoo:::t:role:c/slave")], 1),
            ("heartbeat_timestamp_seconds", [], 1795694400.25),
            ("connection", [("state", "connected")], 0),
            ("connection", [("state", "degraded")], 1),
            ("connection", [("state", "disconnected")], 0),
            ("connection", [("state", "not-a-slave")], 0),
            ("connection_info", [("state", "degraded"), ("reason", "Partial")], 1),
            ("control", [("state", "current")], 1),
            ("control", [("state", "stale")], 0),
            ("control", [("state", "paused")], 0),
            ("control_info", [("state", "current"), ("reason", Reasons.AsDesired)], 1),
            ("ready", [], 1),
            ("paused", [("kind", "paused")], 0),
            ("paused", [("kind", "held")], 1),
            ("servers", [("state", "connected")], 2),
            ("servers", [("state", "half-open")], 0),
            ("servers", [("state", "up")], 1),
            ("servers", [("state", "down")], 0),
            ("servers", [("state", "absent")], 0),
            ("servers", [("state", "unlisted")], 1),
            ("server_connected", [("server", "a:8020")], 1),
            ("server_connected", [("server", "b:8020")], 0),
            ("server_connected", [("server", "c:8020")], 1),
            ("generation", [("stage", "written")], 9),
            ("generation", [("stage", "loaded")], 8),
            ("generation", [("stage", "connected")], 7),
            ("chmpx_restarts_total", [("initiator", "agent")], 2),
            ("chmpx_restarts_total", [("initiator", "others")], 1),
            ("k2hr3_last_request_timestamp_seconds", [], 1795694398.25),
            ("k2hr3_last_answer_timestamp_seconds", [], 1795694338.25),
            ("ring_nodes", [], 204),
            ("ring_capacity", [], 256),
            ("condition", [("type", "Registered"), ("status", "true")], 1),
            ("condition", [("type", "Registered"), ("status", "false")], 0),
            ("condition", [("type", "Registered"), ("status", "unknown")], 0),
            ("condition", [("type", "PackagesInstalled"), ("status", "true")], 0),
            ("condition", [("type", "PackagesInstalled"), ("status", "false")], 1),
            ("condition", [("type", "PackagesInstalled"), ("status", "unknown")], 0),
            ("condition", [("type", "ReadyReached"), ("status", "true")], 0),
            ("condition", [("type", "ReadyReached"), ("status", "false")], 0),
            ("condition", [("type", "ReadyReached"), ("status", "unknown")], 1),
            ("condition_info", [("type", "Registered"), ("reason", Reasons.AsDesired)], 1),
            ("condition_info", [("type", "PackagesInstalled"), ("reason", Reasons.PackagesMissing)], 1),
            ("condition_info", [("type", "ReadyReached"), ("reason", Reasons.NotObserved)], 1),
        ];
        Assert.Equal(expected.Length, read.Series.Count);
        Assert.All(expected, sample => Assert.Equal(sample.Value, read[Prefix + sample.Name, sample.Labels]));
        Assert.All(read.Types, type => Assert.Equal(type.Key.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "gauge", type.Value));
    }

    [Fact]
    public void What_is_not_known_has_no_sample()
    {
        var read = Read(Observed);
        Assert.Equal(
            ["build_info", "heartbeat_timestamp_seconds", "connection", "connection_info", "control", "control_info", "ready", "paused", "servers", "server_connected"],
            read.Types.Keys.Select(name => name[Prefix.Length..]));
    }

    [Fact]
    public void Where_no_agent_is_at_work_the_heartbeat_is_long_ago() => Assert.Equal(0, Read(Observed)[Prefix + "heartbeat_timestamp_seconds"]);

    /// <summary>After bootstrap no daemon goes on, and none is missed.</summary>
    [Fact]
    public void A_role_that_is_no_slaves_has_no_heartbeat() =>
        Assert.Null(Read(SampleStatus.Whole with { Connection = new Fact(ConnectionStates.NotASlave, Reasons.NotASlave, "-", null) })[Prefix + "heartbeat_timestamp_seconds"]);

    [Fact]
    public void A_K2HR3_that_never_answered_answered_long_ago() =>
        Assert.Equal(0, Read(SampleStatus.Whole with { K2hr3 = SampleStatus.Whole.K2hr3! with { LastAnswered = null } })[Prefix + "k2hr3_last_answer_timestamp_seconds"]);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(MetricsText.MostServers, MetricsText.MostServers)]
    [InlineData(MetricsText.MostServers + 1, 0)]
    [InlineData(5000, 0)]
    public void With_many_servers_the_number_of_series_does_not_grow(int servers, int series)
    {
        var read = Read(Observed with { Servers = ServersStatus.Of([.. Enumerable.Range(0, servers).Select(i => SampleStatus.Server($"s{i}", ServerStates.Connected))]) });
        Assert.Equal(series, read.Series.Count(one => one.Name == Prefix + "server_connected"));
        Assert.Equal(servers, read[Prefix + "servers", ("state", "connected")]);
    }

    [Theory]
    [InlineData(ServerStates.Connected, ServerStates.Connected, 1)]
    [InlineData(ServerStates.Connected, ServerStates.Down, 0)]
    public void Two_servers_with_one_address_are_one_series(string one, string other, double connected) =>
        Assert.Equal(connected, Read(Observed with { Servers = ServersStatus.Of([SampleStatus.Server("a", one), SampleStatus.Server("a", other)]) })[Prefix + "server_connected", ("server", "a:8020")]);

    /// <summary>The role and the servers' names are of others' making.</summary>
    [Theory]
    [InlineData("\"} 1\nk2hdkc_slave_paused 1", "\"} 1?k2hdkc_slave_paused 1")]
    [InlineData("back\\slash\\", "back\\slash\\")]
    [InlineData("\\n", "\\n")]
    [InlineData("a\r\tb\u001b[2J\u0085\u2028\u202e", "a??b?[2J???")]
    [InlineData("日本 é", "日本 é")]
    public async Task No_label_is_more_than_a_label(string name, string shown)
    {
        var status = SampleStatus.Whole with { Role = name, Servers = ServersStatus.Of([SampleStatus.Server(name, ServerStates.Up), SampleStatus.Server(name.Replace('\n', '\u0001'), ServerStates.Up)]) };
        var read = Read(status);
        Assert.Equal((1, 0), (read[Prefix + "role_info", ("role", shown)], read[Prefix + "server_connected", ("server", $"{shown}:8020")]));
        var (code, output) = await Promtool.RunAsync(MetricsText.Of(status, SampleStatus.Now), "check", "metrics");
        Assert.True(code == 0, output);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Promtool_finds_nothing_to_say(bool isWhole)
    {
        var (code, output) = await Promtool.RunAsync(MetricsText.Of(isWhole ? SampleStatus.Whole : Observed, SampleStatus.Now), "check", "metrics");
        Assert.Equal((0, string.Empty), (code, output));
    }

    private static PrometheusText Read(AgentStatus status) => PrometheusText.Parse(MetricsText.Of(status, SampleStatus.Now));
}
