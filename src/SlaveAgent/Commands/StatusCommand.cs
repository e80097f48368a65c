using System.CommandLine;
using SlaveAgent.Composition;
using SlaveAgent.Daemon;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Tells what the agent knows; without a daemon, what can be observed from here.</summary>
internal static class StatusCommand
{
    public const string Watch = "--watch";

    public static Command Create(CommonOptions options)
    {
        var json = new Option<bool>("--json") { Description = "Print it as JSON, as described in k2hdkc-slave-agent(8)" };
        var metrics = new Option<bool>("--metrics") { Description = "Print it as metrics for Prometheus" };
        var watch = new Option<bool>(Watch) { Description = "Stay, and show each change; Ctrl-C ends it" };
        var alive = new Option<bool>("--alive") { Description = "Tell by the exit code alone whether the agent's loop goes on, connected or not; for a liveness probe" };
        var command = new Command("status", "Tell whether this host is connected, and each server with its connection");
        command.Options.Add(json);
        command.Options.Add(metrics);
        command.Options.Add(watch);
        command.Options.Add(alive);
        command.Validators.Add(result =>
        {
            if (new[] { json, metrics, watch, alive }.Count(result.GetValue) > 1)
            {
                result.AddError("--json, --metrics, --watch and --alive exclude each other.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var root = options.RootOf(parsed);
            if (parsed.GetValue(alive))
            {
                return await AliveAsync(root);
            }

            if (parsed.GetValue(watch))
            {
                return await StatusWatch.RunAsync(root, () => options.SettingsOf(parsed, root), TimeProvider.System);
            }

            var status = await StatusObserver.NowAsync(() => options.SettingsOf(parsed, root), root, cancel);
            Console.WriteLine(
                parsed.GetValue(metrics) ? Metrics(status, root).TrimEnd()
                : parsed.GetValue(json) ? StatusJson.Write(status)
                : StatusText.Of(status, IdentityStatus.Load(root), DateTimeOffset.UtcNow).ToString());
            return CodeOf(status);
        });
        return command;
    }

    private static async Task<int> AliveAsync(HostRoot root)
    {
        if (Heartbeat.WhyDead(root, TimeProvider.System) is not { } why)
        {
            return ExitCode.Done;
        }

        await Console.Error.WriteLineAsync(Progress.Sentence(why));
        return ExitCode.Failed;
    }

    public static int CodeOf(AgentStatus status) => status.Connection.State switch
    {
        ConnectionStates.Connected or ConnectionStates.NotASlave => ExitCode.Done,
        ConnectionStates.Degraded => ExitCode.Degraded,
        _ => ExitCode.NotConnected,
    };

    // What an agent at work wrote itself has newer times than its status.
    private static string Metrics(AgentStatus status, HostRoot root) => (status.Pid == 0 ? null : MetricsFile.TryRead(root)) ?? MetricsText.Of(status, DateTimeOffset.UtcNow);
}
