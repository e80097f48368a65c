using SlaveAgent.Hosting;

namespace SlaveAgent.Commands;

/// <summary>Hands this host over to the daemon of the agent's package.</summary>
internal static class DaemonUnit
{
    /// <returns>The exit code; why it could not be done is said on standard error.</returns>
    public static async Task<int> StartAsync(Systemctl systemctl, CancellationToken cancel)
    {
        foreach (var tell in new[] { systemctl.EnableAsync, systemctl.StartAsync })
        {
            if (await tell(AgentUnits.Daemon, cancel) is { IsDone: false } result)
            {
                await Console.Error.WriteLineAsync($"{AgentUnits.Daemon} could not be enabled and started: {result.LastLines()}");
                return ExitCode.Failed;
            }
        }

        return ExitCode.Done;
    }
}
