namespace SlaveAgent.Hosting;

/// <summary>
/// Brings a unit to a state for a command that waits for it: requests it, observes, and requests it again with growing delays until systemd shows the effect. A
/// tool that says it is done is no proof.
/// </summary>
public sealed class UnitControl(ISystemd systemd, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <returns>Why it is not enabled; null when it is.</returns>
    public Task<string?> EnableAsync(string unit, CancellationToken cancel) =>
        UntilAsync(unit, $"enabling {unit}", status => status is { Load: UnitLoadState.Loaded, IsDisabled: false }, () => systemd.EnableAsync(unit, cancel), cancel);

    /// <returns>Why it is still enabled; null when it is not, or is not there.</returns>
    public Task<string?> DisableAsync(string unit, CancellationToken cancel) =>
        UntilAsync(unit, $"disabling {unit}", status => status is { Load: UnitLoadState.NotFound or UnitLoadState.Masked } or { FileState: not ("enabled" or "enabled-runtime") }, () => systemd.DisableAsync(unit, cancel), cancel);

    /// <returns>Why it does not run; null when it does, or has done what it is for.</returns>
    public Task<string?> StartAsync(string unit, CancellationToken cancel) =>
        UntilAsync(unit, $"starting {unit}", status => status.IsActive || status.HasCompleted, () => systemd.StartAsync(unit, cancel), cancel);

    /// <returns>Why it still runs; null when it does not, or is not there.</returns>
    public Task<string?> StopAsync(string unit, CancellationToken cancel) =>
        UntilAsync(unit, $"stopping {unit}", status => status.Active is UnitActiveState.Inactive or UnitActiveState.Failed, () => systemd.StopAsync(unit, cancel), cancel);

    /// <summary>Has systemd load a unit's files as they are now.</summary>
    /// <returns>Why it has not; null when it has.</returns>
    public Task<string?> ReloadAsync(string unit, CancellationToken cancel) =>
        UntilAsync(unit, "systemctl daemon-reload", status => !status.NeedsReload, () => systemd.ReloadUnitsAsync(cancel), cancel);

    /// <summary>Disables and stops a unit.</summary>
    /// <returns>What could not be done; null when both were.</returns>
    public async Task<string?> EndAsync(string unit, CancellationToken cancel) => await DisableAsync(unit, cancel) ?? await StopAsync(unit, cancel);

    private async Task<string?> UntilAsync(string unit, string action, Func<UnitStatus, bool> isSeen, Func<Task<CommandResult>> request, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        CommandResult? last = null;
        for (var times = 0; ; times++)
        {
            var shown = await systemd.ShowAsync([unit], cancel);
            if (shown?.GetValueOrDefault(unit) is { } status && isSeen(status))
            {
                return null;
            }

            if (time.GetElapsedTime(began) >= Limit)
            {
                return shown is null ? $"{action} failed: systemd does not answer" : $"{action} had no effect{(last is { IsDone: false } ? $": {last.LastLines()}" : string.Empty)}";
            }

            // A start or stop that was requested takes a moment to show: every third observation without it requests it again.
            if (times % 3 == 0)
            {
                last = await request();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(FirstPause.TotalMilliseconds * Math.Pow(2, times), 4000)), time, cancel);
        }
    }
}
