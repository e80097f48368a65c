using SlaveAgent.Adoption;

namespace SlaveAgent.Diagnosing;

/// <summary>Whether the shell tooling works beside the agent: it writes the same file in place, and deletes it when its timer is disabled.</summary>
internal sealed class ShellToolingCheck(DiagnosedHost host) : ICheck
{
    public string Name => CheckNames.ShellTooling;

    public CheckGroup Group => CheckGroup.Host;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        var tooling = new ShellTooling(host.Root, host.Systemd, host.Settings.Services.Superseded, host.Time);
        if (!tooling.IsInstalled)
        {
            return [CheckResult.Ok(Name, "it is not on this host")];
        }

        var processes = new HelperProcesses(host.Root).Find();
        var (enabled, active) = await tooling.ObserveAsync(cancel);
        string[] at = [.. enabled.Select(timer => $"{timer} is enabled"), .. active.Select(timer => $"{timer} runs"), .. processes.Select(process => $"its process {process.Pid} runs")];
        return [at.Length == 0
            ? CheckResult.Ok(Name, "it is installed and off")
            : CheckResult.Failed(Name, "Enabled", $"it works beside the agent: {string.Join(", ", at)}", File.Exists(host.Root.Agent.AdoptedTooling) ? "somebody started it after this host was taken over: run k2hdkc-slave-agent adopt again" : "k2hdkc-slave-agent adopt takes this host over")];
    }
}
