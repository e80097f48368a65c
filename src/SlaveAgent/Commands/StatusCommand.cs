using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SlaveAgent.Chmpx;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Commands;

/// <summary>Tells what the agent knows; without a daemon, what can be seen from here.</summary>
internal static class StatusCommand
{
    public static Command Create(CommonOptions options)
    {
        var json = new Option<bool>("--json") { Description = "Print it as JSON" };
        var command = new Command("status", "Tell where the agent stands, and each server with its connection");
        command.Options.Add(json);
        command.SetAction(async (parsed, cancel) =>
        {
            var root = options.RootOf(parsed);
            var runs = FileLock.IsHeld(root.At(AgentPaths.DaemonLock));
            var identity = IdentityStatus.Load(root);
            var status = (runs ? Read(root) : null) ?? await LookAsync(Setup.LoadSettings(options, parsed, root), root, runs, cancel);
            Console.WriteLine(parsed.GetValue(json) ? StatusJson.Write(status) : Describe(status, identity));
            return ExitCode.Done;
        });
        return command;
    }

    private static AgentStatus? Read(HostRoot root)
    {
        try
        {
            return root.TryRead(AgentPaths.StatusFile) is { } text ? StatusJson.Read(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The file, the ring and the last daemon's words, as they can be had without a daemon.</summary>
    private static async Task<AgentStatus> LookAsync(Settings.AgentSettings settings, HostRoot root, bool runs, CancellationToken cancel)
    {
        var file = new ConfigurationFile(root, AgentParts.OutputPath(settings, new OverrideReader(root)), settings.Configuration.Mode, 0, TimeProvider.System);
        await file.PollAllowedAsync(cancel);
        var view = file.Current?.ControlPort is { } port ? await new ControlPort(TimeProvider.System).LookAsync(port, cancel) : null;
        var last = Read(root);
        var servers = ServerList.Of(file.Current, view);
        var connected = servers.Count(server => server.State == "connected");
        var words = file.Current is null ? "there is no configuration"
            : view is null ? "chmpx does not answer"
            : $"{connected}/{servers.Count} servers connected, generation {view.Revision}";
        var unregistered = File.Exists(root.At(AgentPaths.UnregisteredMarker));
        return new AgentStatus(
            unregistered ? "unregistered" : runs ? "starting" : "no agent runs",
            words,
            File.Exists(root.At(AgentPaths.StatusFile)) ? File.GetLastWriteTimeUtc(root.At(AgentPaths.StatusFile)) : TimeProvider.System.GetUtcNow(),
            0,
            AgentVersion.Text,
            new IdentityFiles(root).ReadRole(),
            file.Path,
            file.Current?.FileVersion,
            view?.Revision,
            servers,
            [],
            last?.LastAnswer,
            last?.LastError);
    }

    private static string Describe(AgentStatus status, IdentityStatus? identity)
    {
        var lines = new List<string>
        {
            $"{status.Phase}: {status.Message}",
            $"  since          {Moment(status.Since)}",
            $"  role           {status.Role ?? "not known"}",
            $"  configuration  {status.ConfigurationFile}, "
                + (status.Generation is { } generation ? $"generation {generation}, " : "not there, ")
                + (status.Loaded is { } loaded ? $"chmpx has loaded {loaded}" : "chmpx does not answer"),
            $"  K2HR3          {(status.LastAnswer is { } answer ? $"last answered {Moment(answer)}" : "has not answered yet")}",
        };
        if (identity is { IsOfferOpen: true })
        {
            lines.Add($"  identity       {identity.Message} ({identity.Code}, since {Moment(identity.Since)})");
        }

        if (status.Connection is { } connection)
        {
            lines.Add($"  connection     {connection.State} ({connection.Reason}){(connection.Missing.Count > 0 ? $"; up and not connected: {string.Join(", ", connection.Missing)}" : string.Empty)}");
            lines.AddRange(connection.RestartNeeds.Select(need => $"    takes effect when chmpx is restarted: {need}"));
            lines.AddRange(connection.Warnings.Select(warning => $"    warning: the role's resource, {warning}"));
            if (connection.Unit is { } unit)
            {
                lines.Add($"  chmpx          {unit}{(connection.UnitLastLines is { Length: > 0 } last ? $"; its last lines: {last}" : string.Empty)}");
            }
        }

        if (status.Servers.Count > 0)
        {
            lines.Add("  servers");
            lines.AddRange(status.Servers.Select(server => $"    {server.State,-10} {server.Name}  (cuk {server.Cuk}, control port {server.ControlPort})"));
        }

        if (status.Steps.Count > 0)
        {
            lines.Add("  steps");
            lines.AddRange(status.Steps.Select(step => $"    {step.Name,-20} {step.State,-13} {step.Message}"));
        }

        if (status.LastError is { } error)
        {
            lines.Add($"  last error     {Moment(error.At)}, {error.Step}: {error.Message}");
        }

        return string.Join('\n', lines);
    }

    private static string Moment(DateTimeOffset moment) =>
        moment.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
