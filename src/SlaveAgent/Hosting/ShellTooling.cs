using System.ComponentModel;
using System.Diagnostics;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>
/// The shell tooling whose work this agent does: a timer, the service that it starts once a minute, and a process in the background that deletes the
/// configuration under chmpx as soon as the timer is disabled (Hosting/README.md, "Shell tooling"). Hence the order in which it is stopped.
/// </summary>
/// <param name="units">The timer and its service.</param>
public sealed class ShellTooling(HostRoot root, Systemctl systemctl, IReadOnlyList<string> units, TimeProvider time)
{
    private static readonly TimeSpan RunPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly HelperProcesses _processes = new(root);

    public bool IsInstalled => units.Any(unit => AgentUnits.FindFile(root, unit) is not null) || _processes.Find().Count > 0;

    private IEnumerable<string> Timers => Installed.Where(IsTimer);

    private IEnumerable<string> Installed => units.Where(unit => AgentUnits.FindFile(root, unit) is not null);

    /// <summary>Which of its timers start at boot, and which run now.</summary>
    public async Task<(IReadOnlyList<string> Enabled, IReadOnlyList<string> Active)> LookAsync(CancellationToken cancel)
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

    /// <summary>Ends all of it; the configuration stays where it is.</summary>
    /// <param name="say">Told of each thing done.</param>
    /// <returns>What could not be done, in words; null when all is.</returns>
    public async Task<string?> StopAsync(Action<string> say, CancellationToken cancel)
    {
        // Stopped and not yet disabled: nothing new is started, and the process in the background sees no change.
        foreach (var timer in Timers)
        {
            if (await systemctl.StopAsync(timer, cancel) is { IsDone: false } result)
            {
                return $"stopping {timer} failed: {result.LastLines()}";
            }

            say($"Stopped {timer}.");
        }

        // It writes the configuration in place: ended in the middle, it would leave half a file, on which chmpx exits (Chmpx/README.md, "Reload").
        foreach (var service in Installed.Where(unit => !IsTimer(unit)))
        {
            if (!await HasEndedAsync(service, cancel) && await systemctl.StopAsync(service, cancel) is { IsDone: false } result)
            {
                return $"stopping {service} failed: {result.LastLines()}";
            }
        }

        if (await EndProcessesAsync(say, cancel) is { } left)
        {
            return left;
        }

        foreach (var timer in Timers)
        {
            if (await systemctl.DisableAsync(timer, cancel) is { IsDone: false } result)
            {
                return $"disabling {timer} failed: {result.LastLines()}";
            }

            say($"Disabled {timer}.");
        }

        return null;
    }

    /// <summary>Enables and starts what once was; the rest it does itself.</summary>
    /// <returns>What could not be done, in words; null when all is.</returns>
    public async Task<string?> StartAsync(IReadOnlyList<string> enabled, IReadOnlyList<string> active, Action<string> say, CancellationToken cancel)
    {
        foreach (var timer in Timers.Where(timer => enabled.Contains(timer) || active.Contains(timer)))
        {
            if (enabled.Contains(timer) && await systemctl.EnableAsync(timer, cancel) is { IsDone: false } notEnabled)
            {
                return $"enabling {timer} failed: {notEnabled.LastLines()}";
            }

            if (active.Contains(timer) && await systemctl.StartAsync(timer, cancel) is { IsDone: false } notStarted)
            {
                return $"starting {timer} failed: {notStarted.LastLines()}";
            }

            say(active.Contains(timer) ? $"Started {timer} again." : $"Enabled {timer} again.");
        }

        return null;
    }

    private async Task<bool> HasEndedAsync(string service, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (await systemctl.StateAsync(service, cancel) is "active" or "activating" or "deactivating" or "reloading")
        {
            if (time.GetElapsedTime(began) >= RunPatience)
            {
                return false;
            }

            await Task.Delay(BetweenLooks, time, cancel);
        }

        return true;
    }

    private async Task<string?> EndProcessesAsync(Action<string> say, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (_processes.Find() is { Count: > 0 } left)
        {
            foreach (var (pid, _) in left.Where(process => process.IsBackground))
            {
                // SIGKILL, for it must do nothing more: all it has left to do is to delete the configuration.
                if (TryKill(pid))
                {
                    say($"Ended its process {pid} in the background.");
                }
            }

            if (time.GetElapsedTime(began) >= RunPatience)
            {
                return $"process {left[0].Pid} of the shell tooling does not end";
            }

            await Task.Delay(BetweenLooks, time, cancel);
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
            // Gone by itself, or not this user's to end: the next look tells.
            return false;
        }
    }

    private static bool IsTimer(string unit) => unit.EndsWith(".timer", StringComparison.Ordinal);
}
