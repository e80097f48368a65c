using System.Globalization;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;

namespace SlaveAgent.Status;

/// <summary>The status for people: in five lines what is wrong and what the agent does next, then each server, then all else. Pure.</summary>
/// <param name="Head">Five lines.</param>
/// <param name="Servers">A line each, those that are not connected first.</param>
internal sealed record StatusText(IReadOnlyList<StatusLine> Head, IReadOnlyList<StatusLine> Servers, IReadOnlyList<StatusLine> More)
{
    /// <summary>Of what stands behind a label.</summary>
    private const int Indent = 17;

    public static StatusText Of(AgentStatus status, IdentityStatus? identity, DateTimeOffset now)
    {
        // A column for each: a list is searched with the eyes.
        var width = status.Servers.List.Select(server => AddressOf(server).Length).DefaultIfEmpty().Max();
        return new StatusText(
            [.. HeadOf(status, now)],
            [.. status.Servers.List.OrderBy(server => server.State == ServerStates.Connected).Select(server => LineOf(server, width))],
            [.. MoreOf(status, identity)]);
    }

    /// <summary>
    /// What is not as it should be besides the connection, which is a fact of its own, and what waits for that. Hooks come last, because nothing waits for them, and are no problem
    /// while they run.
    /// </summary>
    public static IEnumerable<Condition> Problems(AgentStatus status) => status.Conditions.Where(condition =>
        condition is { Status: ConditionStatus.False, Type: not (ConditionTypes.Connected or ConditionTypes.ReadyReached), Reason: not Reasons.HooksRunning }
            or { Status: ConditionStatus.True, Type: ConditionTypes.Regressed }
        && !(condition.Type == ConditionTypes.OwnNameValid && HangsAtWork(status))).OrderBy(condition => condition.Type == ConditionTypes.HooksRun);

    public static string Moment(DateTimeOffset? moment) => moment is { } known ? LocalTime.Text(known) : "not known";

    public override string ToString() => string.Join('\n', Head.Concat(Servers).Concat(More).Select(line => line.Text));

    private static IEnumerable<StatusLine> HeadOf(AgentStatus status, DateTimeOffset now)
    {
        var (connection, control, servers) = (status.Connection, status.Control, status.Servers);
        var problems = Problems(status).ToList();
        yield return new StatusLine($"{connection.State}{Since(connection.Since)} ({connection.Reason}): {connection.Message}", ToneOf(connection));
        var unattended = Unattended(status).ToList();
        yield return problems switch
        {
            [var first, .. var others] => Line("wrong", $"{Describe(first)}{(others.Count > 0 ? $"; {others.Count} more below" : string.Empty)}", StatusTone.Bad),
            _ when unattended.Count > 0 => Line("wrong", string.Join("; ", unattended.Select(fact => $"{fact.Reason}: {fact.Message}")), StatusTone.Bad),
            _ when connection.State is not (ConnectionStates.Connected or ConnectionStates.NotASlave) || connection.Reason == Reasons.HalfOpen => Line("wrong", "nothing else"),
            _ when servers.Up < servers.Listed => Line("wrong", $"nothing on this host; down or not in the ring: {servers.Listed - servers.Up} of {servers.Listed} servers", StatusTone.Warning),
            _ => Line("wrong", "nothing"),
        };
        yield return Line("next", NextStep.Of(status, now).Message);
        yield return Line("control", $"{control.State}{Since(control.Since)} ({control.Reason}): {control.Message}", control.State == ControlStates.Current ? StatusTone.Plain : StatusTone.Warning);
        yield return Line("servers", $"{servers.Connected} connected, {servers.Up} up, {servers.Listed} listed");
    }

    /// <summary>What no condition says, because no agent is at work or there is nothing that it could work on.</summary>
    private static IEnumerable<Fact> Unattended(AgentStatus status)
    {
        var (connection, control) = (status.Connection, status.Control);
        if (connection.Reason == Reasons.NoConfiguration || (status.Pid == 0 && connection.State is ConnectionStates.Disconnected or ConnectionStates.Degraded))
        {
            yield return connection;
        }

        if (control.Reason == Reasons.NoAgent && connection.State != ConnectionStates.NotASlave)
        {
            yield return control;
        }
    }

    /// <summary>chmpx got beyond the check of its own name, which it makes at its start, and does not answer all the same.</summary>
    private static bool HangsAtWork(AgentStatus status) => status.Connection.Reason == nameof(RingState.Unresponsive) && status.Chmpx is { State: "active" };

    private static IEnumerable<StatusLine> MoreOf(AgentStatus status, IdentityStatus? identity)
    {
        yield return Line("role", status.Role ?? "not known");
        yield return Line("configuration", $"{status.Generation.File}, "
            + (status.Generation.Written is { } generation ? $"generation {generation}, " : "not there, ")
            + (status.Generation.Loaded is { } loaded ? $"chmpx has loaded {loaded}" : "chmpx does not answer"));
        foreach (var need in status.Generation.RestartNeeds)
        {
            yield return new StatusLine($"    takes effect when chmpx is restarted: {need}", StatusTone.Warning);
        }

        foreach (var warning in status.Warnings)
        {
            yield return new StatusLine($"    warning: the role's resource, {warning}", StatusTone.Warning);
        }

        if (status.K2hr3 is { } k2hr3)
        {
            var said = k2hr3.LastAnswered is { } answered ? $"last answered {Moment(answered)}" : "has not answered yet";
            var error = k2hr3.Error is null ? string.Empty : $"; {k2hr3.Error}; next attempt {Moment(k2hr3.NextAttempt)}";
            yield return Line("K2HR3", $"{k2hr3.Address}, {said}{error}", k2hr3.Error is null ? StatusTone.Plain : StatusTone.Warning);
        }

        if (status.Chmpx is { } chmpx)
        {
            yield return Line("chmpx", $"{chmpx.Unit} is {chmpx.State}{(chmpx.Exit is { } exit ? $", {exit}" : string.Empty)}{(chmpx.Restarts > 0 ? $", started again {chmpx.Restarts} times" : string.Empty)}"
                + (chmpx.LastLines is { Length: > 0 } last ? $"; its last lines: {last}" : string.Empty));
        }

        if (identity is { IsOfferOpen: true })
        {
            yield return Line("identity", $"{identity.Message} ({identity.Code}, since {Moment(identity.Since)})", StatusTone.Warning);
        }

        if (status.Room is { } room)
        {
            yield return Line(
                "room", $"{room.Servers} servers and {room.Slaves} slaves, of {room.Places} nodes (MAXCHMPX){(room.IsNearlyFull ? "; nearly full: beyond that slaves cannot connect" : string.Empty)}",
                room.IsNearlyFull ? StatusTone.Warning : StatusTone.Plain);
        }

        if (status.Hooks is { } hooks)
        {
            var why = hooks.Why is { } failed ? $": {failed}" : string.Empty;
            yield return Line("hooks", $"{hooks.Result}{why} ({hooks.Event}, {hooks.State}, at {Moment(hooks.At)})", hooks.Why is null ? StatusTone.Plain : StatusTone.Warning);
        }

        if (status.Conditions.Count > 0)
        {
            yield return new StatusLine("  conditions");
        }

        var problems = Problems(status).ToList();
        foreach (var condition in status.Conditions)
        {
            yield return new StatusLine(
                $"    {condition.Type,-21} {condition.Status,-8} {condition.Reason}{(condition.Message.Length > 0 ? $": {condition.Message}" : string.Empty)}",
                problems.Contains(condition) ? StatusTone.Bad : StatusTone.Plain);
        }

        if (status.LastError is { } failure)
        {
            yield return Line("last error", $"{Moment(failure.At)}, {failure.Type} ({failure.Reason}): {failure.Message}");
        }
    }

    private static StatusLine LineOf(ServerStatus server, int width) => new(
        $"    {server.State,-10} {AddressOf(server).PadRight(width)}{Since(server.Since)}{Describe(server.Connection)}  (cuk {server.Cuk}, control port {server.ControlPort})",
        server.State switch
        {
            ServerStates.Connected => StatusTone.Good,
            ServerStates.Up or ServerStates.HalfOpen => StatusTone.Bad,
            _ => StatusTone.Warning,
        });

    private static string AddressOf(ServerStatus server) => server.Address ?? server.Name;

    private static StatusTone ToneOf(Fact connection) => connection switch
    {
        { Reason: Reasons.HalfOpen } or { State: ConnectionStates.Degraded } => StatusTone.Warning,
        { State: ConnectionStates.Connected or ConnectionStates.NotASlave } => StatusTone.Good,
        _ => StatusTone.Bad,
    };

    private static StatusLine Line(string label, string text, StatusTone tone = StatusTone.Plain) => new($"  {label.PadRight(Indent - 2)}{text}", tone, Indent);

    private static string Describe(Condition condition) => $"{condition.Type} ({condition.Reason}){Since(condition.Since)}{(condition.Message.Length > 0 ? $": {condition.Message}" : string.Empty)}";

    private static string Describe(ServerConnection? connection) => connection switch
    {
        { Unanswered: > 0 } => string.Create(CultureInfo.InvariantCulture, $"  {connection.Unanswered} tries without an answer"),
        { RoundTripMilliseconds: { } time } => string.Create(CultureInfo.InvariantCulture, $"  round trip {time:0.0#} ms"),
        _ => string.Empty,
    };

    private static string Since(DateTimeOffset? moment) => moment is null ? string.Empty : $" since {Moment(moment)}";
}
