using System.CommandLine;
using System.Globalization;
using SlaveAgent.Composition;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Tells what the agent knows; without a daemon, what can be observed from here.</summary>
internal static class StatusCommand
{
    public static Command Create(CommonOptions options)
    {
        var json = new Option<bool>("--json") { Description = "Print it as JSON, as described in k2hdkc-slave-agent(8)" };
        var metrics = new Option<bool>("--metrics") { Description = "Print it as metrics for Prometheus" };
        var command = new Command("status", "Tell whether this host is connected, and each server with its connection");
        command.Options.Add(json);
        command.Options.Add(metrics);
        command.Validators.Add(result =>
        {
            if (result.GetValue(json) && result.GetValue(metrics))
            {
                result.AddError("--json and --metrics exclude each other.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var root = options.RootOf(parsed);
            var status = await StatusObserver.NowAsync(() => options.SettingsOf(parsed, root), root, cancel);
            Console.WriteLine(
                parsed.GetValue(metrics) ? Metrics(status, root).TrimEnd()
                : parsed.GetValue(json) ? StatusJson.Write(status)
                : Describe(status, IdentityStatus.Load(root)));
            return status.Connection.State switch
            {
                ConnectionStates.Connected or ConnectionStates.NotASlave => ExitCode.Done,
                ConnectionStates.Degraded => ExitCode.Degraded,
                _ => ExitCode.NotConnected,
            };
        });
        return command;
    }

    // What an agent at work wrote itself has newer times than its status.
    private static string Metrics(AgentStatus status, HostRoot root) => (status.Pid == 0 ? null : MetricsFile.TryRead(root)) ?? MetricsText.Of(status, DateTimeOffset.UtcNow);

    private static string Describe(AgentStatus status, IdentityStatus? identity)
    {
        var lines = new List<string>
        {
            $"{status.Connection.State} ({status.Connection.Reason}): {status.Connection.Message}",
            $"  since          {Moment(status.Connection.Since)}",
            $"  control        {status.Control.State} ({status.Control.Reason}): {status.Control.Message}",
            $"  role           {status.Role ?? "not known"}",
            $"  configuration  {status.Generation.File}, "
                + (status.Generation.Written is { } generation ? $"generation {generation}, " : "not there, ")
                + (status.Generation.Loaded is { } loaded ? $"chmpx has loaded {loaded}" : "chmpx does not answer"),
        };
        lines.AddRange(status.Generation.RestartNeeds.Select(need => $"    takes effect when chmpx is restarted: {need}"));
        lines.AddRange(status.Warnings.Select(warning => $"    warning: the role's resource, {warning}"));
        if (status.K2hr3 is { } k2hr3)
        {
            lines.Add($"  K2HR3          {k2hr3.Address}, {(k2hr3.LastAnswered is { } answered ? $"last answered {Moment(answered)}" : "has not answered yet")}"
                + (k2hr3.Error is { } error ? $"; {error}; next attempt {Moment(k2hr3.NextAttempt)}" : string.Empty));
        }

        if (status.Chmpx is { } chmpx)
        {
            lines.Add($"  chmpx          {chmpx.Unit} is {chmpx.State}{(chmpx.Exit is { } exit ? $", {exit}" : string.Empty)}{(chmpx.Restarts > 0 ? $", started again {chmpx.Restarts} times" : string.Empty)}"
                + (chmpx.LastLines is { Length: > 0 } last ? $"; its last lines: {last}" : string.Empty));
        }

        if (identity is { IsOfferOpen: true })
        {
            lines.Add($"  identity       {identity.Message} ({identity.Code}, since {Moment(identity.Since)})");
        }

        if (status.Servers.List.Count > 0)
        {
            lines.Add($"  servers        {status.Servers.Connected} connected, {status.Servers.Up} up, {status.Servers.Listed} listed");
            lines.AddRange(status.Servers.List.Select(server =>
                $"    {server.State,-10} {server.Address ?? server.Name}{(server.Since is { } since ? $"  since {Moment(since)}" : string.Empty)}{Describe(server.Connection)}  (cuk {server.Cuk}, control port {server.ControlPort})"));
        }

        if (status.Room is { } room)
        {
            lines.Add($"  room           {room.Servers} servers and {room.Slaves} slaves, of {room.Places} nodes (MAXCHMPX){(room.IsNearlyFull ? "; nearly full: beyond that slaves cannot connect" : string.Empty)}");
        }

        if (status.Hooks is { } hooks)
        {
            var failed = hooks.Message is null && hooks.Failed.Count == 0 ? string.Empty : $": {hooks.Message ?? string.Join("; ", hooks.Failed)}";
            lines.Add($"  hooks          {hooks.Result}{failed} ({hooks.Event}, {hooks.State}, at {Moment(hooks.At)})");
        }

        if (status.Conditions.Count > 0)
        {
            lines.Add("  conditions");
            lines.AddRange(status.Conditions.Select(condition => $"    {condition.Type,-21} {condition.Status,-8} {condition.Reason}{(condition.Message.Length > 0 ? $": {condition.Message}" : string.Empty)}"));
        }

        if (status.LastError is { } failure)
        {
            lines.Add($"  last error     {Moment(failure.At)}, {failure.Type} ({failure.Reason}): {failure.Message}");
        }

        return string.Join('\n', lines);
    }

    private static string Describe(ServerConnection? connection) => connection switch
    {
        { Unanswered: > 0 } => string.Create(CultureInfo.InvariantCulture, $"  {connection.Unanswered} tries without an answer"),
        { RoundTripMilliseconds: { } time } => string.Create(CultureInfo.InvariantCulture, $"  round trip {time:0.0#} ms"),
        _ => string.Empty,
    };

    private static string Moment(DateTimeOffset? moment) => moment is { } known ? known.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "not known";
}
