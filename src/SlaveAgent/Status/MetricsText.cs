using SlaveAgent.Files;

namespace SlaveAgent.Status;

/// <summary>The status as metrics for Prometheus; described in k2hdkc-slave-agent(8). Pure.</summary>
internal static class MetricsText
{
    /// <summary>With more servers than these none has a series of its own: some of them would tell nothing of the others, and all of them, from each slave, would be a load.</summary>
    public const int MostServers = 32;

    private static readonly string[] Connections = [ConnectionStates.Connected, ConnectionStates.Degraded, ConnectionStates.Disconnected, ConnectionStates.NotASlave];
    private static readonly string[] Controls = [ControlStates.Current, ControlStates.Stale, ControlStates.Paused];
    private static readonly string[] Holds = ["paused", "held"];
    private static readonly ConditionStatus[] ConditionStatuses = [ConditionStatus.True, ConditionStatus.False, ConditionStatus.Unknown];

    /// <param name="now">Of an agent at work, the time until which it is known to be.</param>
    /// <returns>Text in Prometheus' text format; what is not known has no sample.</returns>
    public static string Of(AgentStatus status, DateTimeOffset now)
    {
        var text = new Exposition("k2hdkc_slave_");
        var (connection, control, generation) = (status.Connection, status.Control, status.Generation);
        text.Gauge("build_info", "The agent's version; always 1.", new MetricSample(1, ("version", status.Version)));
        text.Gauge("role_info", "The role of this host; always 1.", status.Role is { } role ? [new MetricSample(1, ("role", role))] : []);

        // Where no connection is wanted no agent has to be at work.
        var isNotASlave = connection.State == ConnectionStates.NotASlave;
        text.Gauge("heartbeat_timestamp_seconds", "When the agent was last at work; 0 where none is.", isNotASlave ? [] : [new MetricSample(status.Pid == 0 ? 0 : Seconds(now))]);
        text.Gauge("connection", "How this host stands to its cluster: 1 for the state that is so.", MetricSample.OneOf(Connections, connection.State, "state"));
        text.Gauge("connection_info", "Why the connection is as it is; always 1.", new MetricSample(1, ("state", connection.State), ("reason", connection.Reason)));
        text.Gauge("control", "Whether what K2HR3 says is known and followed: 1 for the state that is so.", MetricSample.OneOf(Controls, control.State, "state"));
        text.Gauge("control_info", "Why the control is as it is; always 1.", new MetricSample(1, ("state", control.State), ("reason", control.Reason)));
        text.Gauge("ready", "Whether programs may start.", new MetricSample(status.IsReady ? 1 : 0));
        text.Gauge("paused", "Whether the agent is paused, or the configuration held.", MetricSample.OneOf(Holds, status.Hold?.Kind, "kind"));
        AddServers(text, status.Servers);
        text.Gauge(
            "generation", "Number of the configuration that was written, that chmpx has loaded, and that this host was last connected with.",
            Stages(generation).Where(stage => stage.Number is not null).Select(stage => new MetricSample(stage.Number!.Value, ("stage", stage.Name))));
        text.Counter("chmpx_restarts_total", "How often chmpx was started again in this boot, at the agent's request or otherwise.", status.ChmpxRestarts is { } restarts
            ? [new MetricSample(restarts.ByAgent, ("initiator", "agent")), new MetricSample(restarts.ByOthers, ("initiator", "others"))]
            : []);
        text.Gauge("k2hr3_last_request_timestamp_seconds", "When K2HR3 was last asked; 0 for never.", status.K2hr3 is { } asked ? [new MetricSample(Seconds(asked.LastAsked))] : []);
        text.Gauge("k2hr3_last_answer_timestamp_seconds", "When K2HR3 last answered; 0 for never.", status.K2hr3 is { } answered ? [new MetricSample(Seconds(answered.LastAnswered))] : []);
        text.Gauge("ring_nodes", "Servers and slaves that the role's resource lists.", MetricSample.Known(status.Room?.Servers + status.Room?.Slaves));
        text.Gauge("ring_capacity", "Nodes that the ring has places for (MAXCHMPX).", MetricSample.Known(status.Room?.Places));
        text.Gauge(
            "condition", "What is so on this host: 1 for each condition's status that is so.",
            status.Conditions.SelectMany(condition => ConditionStatuses.Select(possible => new MetricSample(condition.Status == possible ? 1 : 0, ("type", condition.Type), ("status", NameOf(possible))))));
        text.Gauge(
            "condition_info", "Why each condition is as it is; always 1.",
            status.Conditions.Select(condition => new MetricSample(1, ("type", condition.Type), ("reason", condition.Reason))));
        return text.ToString();
    }

    private static void AddServers(Exposition text, ServersStatus servers)
    {
        text.Gauge(
            "servers", "Servers by their state.",
            ServerStates.All.Select(state => new MetricSample(servers.List.Count(server => server.State == state), ("state", state))));

        // Two series of one name would make the whole text void.
        var listed = servers.List.Where(server => server.State != ServerStates.Unlisted).GroupBy(NameOf).ToList();
        text.Gauge(
            "server_connected", $"Whether this host is connected to the server; only with at most {MostServers} of them.",
            listed.Count > MostServers ? [] : listed.Select(server => new MetricSample(server.All(one => one.State == ServerStates.Connected) ? 1 : 0, ("server", server.Key))));
    }

    private static IEnumerable<(string Name, int? Number)> Stages(GenerationStatus generation) =>
        [("written", generation.Written), ("loaded", generation.Loaded), ("connected", generation.Connected)];

    private static string NameOf(ServerStatus server) => Printable.OnOneLine(server.Address ?? server.Name);

    private static string NameOf(ConditionStatus status) => status switch
    {
        ConditionStatus.True => "true",
        ConditionStatus.False => "false",
        _ => "unknown",
    };

    private static double Seconds(DateTimeOffset? moment) => (moment?.ToUnixTimeMilliseconds() ?? 0) / 1000.0;
}
