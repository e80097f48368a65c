using SlaveAgent.Composition;
using SlaveAgent.Hosting;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Hands this host over to the daemon of the agent's package.</summary>
internal static class DaemonUnit
{
    /// <returns>The exit code; why it could not be done is said on standard error.</returns>
    public static async Task<int> StartAsync(UnitControl units, CancellationToken cancel)
    {
        if ((await units.EnableAsync(AgentUnits.Daemon, cancel) ?? await units.StartAsync(AgentUnits.Daemon, cancel)) is { } problem)
        {
            await Console.Error.WriteLineAsync(Progress.Sentence(problem));
            return ExitCode.Failed;
        }

        return ExitCode.Done;
    }
}
