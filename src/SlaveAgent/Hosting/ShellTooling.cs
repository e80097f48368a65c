using System.ComponentModel;
using System.Diagnostics;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>
/// The shell tooling that this agent replaces: a timer, the service that it starts once a minute, and a background process that deletes
/// chmpx's configuration as soon as the timer is disabled (Hosting/README.md, "Shell tooling"). This determines the order in which it is stopped.
/// </summary>
/// <param name="units">The timer and its service.</param>
public sealed class ShellTooling(HostRoot root, Systemctl systemctl, IReadOnlyList<string> units, TimeProvider time)
{
    private static readonly TimeSpan RunTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly HelperProcesses _processes = new(root);

    public bool IsInstalled => units.Any(unit => AgentUnits.FindFile(root, unit) is not null) || _processes.Find().Count > 0;

    private IEnumerable<string> Timers => Installed.Where(IsTimer);

    private IEnumerable<string> Installed => units.Where(unit => AgentUnits.FindFile(root, unit) is not null);

    /// <summary>Which of its timers are enabled, and which are active.</summary>
    public async Task<(IReadOnlyList<string> Enabled, IReadOnlyList<string> Active)> ObserveAsync(CancellationToken cancel)
    {
        List<string> enabled = [], active = [];
        foreach (var timer in Timers)
        {
            if (await systemctl.IsEnabledAsync(timer, cancel))
            {
                enabled.Add(timer);
            }

            if (await systemctl.StateAsync(timer, cancel) == "active")
            {
                active.Add(timer);
            }
        }

        return (enabled, active);
    }

    /// <summary>Stops all of it and keeps the configuration.</summary>
    /// <param name="report">Receives a message for each action.</param>
    /// <returns>What failed, as a message; null when everything succeeded.</returns>
    public async Task<string?> StopAsync(Action<string> report, CancellationToken cancel)
    {
        // Stopped but not yet disabled: nothing new is started, and the background process notices no change.
        foreach (var timer in Timers)
        {
            if (await systemctl.StopAsync(timer, cancel) is { IsDone: false } result)
            {
                return $"stopping {timer} failed ({result.LastLines()})";
            }

            report($"Stopped {timer}.");
        }

        // It writes the configuration in place: interrupted, it would leave a partial file, on which chmpx exits (Chmpx/README.md, "Reload").
        foreach (var service in Installed.Where(unit => !IsTimer(unit)))
        {
            if (!await HasExitedAsync(service, cancel) && await systemctl.StopAsync(service, cancel) is { IsDone: false } result)
            {
                return $"stopping {service} failed ({result.LastLines()})";
            }
        }

        if (await EndProcessesAsync(report, cancel) is { } left)
        {
            return left;
        }

        foreach (var timer in Timers)
        {
            if (await systemctl.DisableAsync(timer, cancel) is { IsDone: false } result)
            {
                return $"disabling {timer} failed ({result.LastLines()})";
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
            if (enabled.Contains(timer) && await systemctl.EnableAsync(timer, cancel) is { IsDone: false } notEnabled)
            {
                return $"enabling {timer} failed ({notEnabled.LastLines()})";
            }

            if (active.Contains(timer) && await systemctl.StartAsync(timer, cancel) is { IsDone: false } notStarted)
            {
                return $"starting {timer} failed ({notStarted.LastLines()})";
            }

            report(active.Contains(timer) ? $"Started {timer} again." : $"Enabled {timer} again.");
        }

        return null;
    }

    private async Task<bool> HasExitedAsync(string service, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (await systemctl.StateAsync(service, cancel) is "active" or "activating" or "deactivating" or "reloading")
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
