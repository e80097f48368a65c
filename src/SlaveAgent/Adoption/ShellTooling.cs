using System.ComponentModel;
using System.Diagnostics;
using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Adoption;

/// <summary>
/// The shell tooling that this agent replaces: a timer, the service that it starts once a minute, and a background process that deletes
/// chmpx's configuration as soon as the timer is disabled (Hosting/README.md, "Shell tooling"). This determines the order in which it is stopped.
/// </summary>
/// <param name="units">The timer and its service.</param>
public sealed class ShellTooling(HostRoot root, ISystemd systemd, IReadOnlyList<string> units, TimeProvider time)
{
    private static readonly TimeSpan RunTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly UnitControl _units = new(systemd, time);
    private readonly HelperProcesses _processes = new(root);

    public bool IsInstalled => units.Any(unit => AgentUnits.FindFile(root, unit) is not null) || _processes.Find().Count > 0;

    private IEnumerable<string> Timers => Installed.Where(IsTimer);

    private IEnumerable<string> Installed => units.Where(unit => AgentUnits.FindFile(root, unit) is not null);

    /// <summary>Which of its timers start at boot, and which run now.</summary>
    public async Task<(IReadOnlyList<string> Enabled, IReadOnlyList<string> Active)> ObserveAsync(CancellationToken cancel)
    {
        var shown = await systemd.ShowAsync([.. Timers], cancel);
        return (
            [.. Timers.Where(timer => shown?.GetValueOrDefault(timer) is { FileState: "enabled" })],
            [.. Timers.Where(timer => shown?.GetValueOrDefault(timer) is { Active: UnitActiveState.Active })]);
    }

    /// <summary>Stops all of it and keeps the configuration.</summary>
    /// <param name="report">Receives a message for each action.</param>
    /// <returns>What failed, as a message; null when everything succeeded.</returns>
    public async Task<string?> StopAsync(Action<string> report, CancellationToken cancel)
    {
        // Stopped but not yet disabled: nothing new is started, and the background process notices no change.
        foreach (var timer in Timers)
        {
            if (await _units.StopAsync(timer, cancel) is { } problem)
            {
                return problem;
            }

            report($"Stopped {timer}.");
        }

        // It writes the configuration in place: interrupted, it would leave a partial file, on which chmpx exits (Chmpx/README.md, "Reload").
        foreach (var service in Installed.Where(unit => !IsTimer(unit)))
        {
            if (!await HasExitedAsync(service, cancel) && await _units.StopAsync(service, cancel) is { } problem)
            {
                return problem;
            }
        }

        if (await EndProcessesAsync(report, cancel) is { } left)
        {
            return left;
        }

        foreach (var timer in Timers)
        {
            if (await _units.DisableAsync(timer, cancel) is { } problem)
            {
                return problem;
            }

            report($"Disabled {timer}.");
        }

        return null;
    }

    /// <summary>Enables and starts the timers that were enabled or active before; they start the rest.</summary>
    /// <returns>What failed, as a message; null when everything succeeded.</returns>
    public async Task<string?> StartAsync(IReadOnlyList<string> enabled, IReadOnlyList<string> active, Action<string> report, CancellationToken cancel)
    {
        foreach (var timer in Timers.Where(timer => enabled.Contains(timer) || active.Contains(timer)))
        {
            if (enabled.Contains(timer) && await _units.EnableAsync(timer, cancel) is { } notEnabled)
            {
                return notEnabled;
            }

            if (active.Contains(timer) && await _units.StartAsync(timer, cancel) is { } notStarted)
            {
                return notStarted;
            }

            report(active.Contains(timer) ? $"Started {timer} again." : $"Enabled {timer} again.");
        }

        return null;
    }

    private async Task<bool> HasExitedAsync(string service, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while ((await systemd.ShowAsync([service], cancel))?.GetValueOrDefault(service) is { Active: not (UnitActiveState.Inactive or UnitActiveState.Failed) })
        {
            if (time.GetElapsedTime(began) >= RunTimeout)
            {
                return false;
            }

            await Task.Delay(PollInterval, time, cancel);
        }

        return true;
    }

    private async Task<string?> EndProcessesAsync(Action<string> report, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (_processes.Find() is { Count: > 0 } left)
        {
            foreach (var (pid, _) in left.Where(process => process.IsBackground))
            {
                // SIGKILL, because all it would still do is delete the configuration.
                if (TryKill(pid))
                {
                    report($"Killed its background process {pid}.");
                }
            }

            if (time.GetElapsedTime(began) >= RunTimeout)
            {
                return $"process {left[0].Pid} of the shell tooling does not exit";
            }

            await Task.Delay(PollInterval, time, cancel);
        }

        return null;
    }

    private static bool TryKill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
            return true;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It has exited, or may not be killed by this user: the next poll shows which.
            return false;
        }
    }

    private static bool IsTimer(string unit) => unit.EndsWith(".timer", StringComparison.Ordinal);
}
