using System.Collections.Immutable;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Services;

/// <summary>
/// Sends requests to systemd, and each of them again, with growing delays, for as long as the difference that it is to remove is there. What was sent is known to
/// this process only, for a request may be repeated at any time.
/// </summary>
public sealed class UnitRequester(ISystemd systemd, TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Dictionary<UnitAction, (int Times, long At)> _open = [];

    /// <summary>Sends those of the wanted requests that are due. What is not wanted any more has had its effect and is forgotten.</summary>
    /// <returns>What was sent, and why some of it failed.</returns>
    public async Task<(ImmutableArray<UnitAction> Sent, ImmutableArray<string> Failures)> SendDueAsync(ImmutableArray<UnitAction> wanted, CancellationToken cancel)
    {
        foreach (var done in _open.Keys.Except(wanted).ToList())
        {
            _open.Remove(done);
        }

        var due = wanted.Where(IsDue).ToImmutableArray();
        var failures = ImmutableArray.CreateBuilder<string>();
        foreach (var action in due)
        {
            _open[action] = (_open.GetValueOrDefault(action).Times + 1, time.GetTimestamp());
            if (await SendAsync(action, cancel) is { IsDone: false } failed)
            {
                failures.Add($"{action} failed: {failed.LastLines()}");
            }
        }

        return (due, failures.ToImmutable());
    }

    private bool IsDue(UnitAction action) => !_open.TryGetValue(action, out var open) || time.GetElapsedTime(open.At) >= RetryDelay.Doubled(First, open.Times - 1, Longest);

    private Task<CommandResult> SendAsync(UnitAction action, CancellationToken cancel) => action.Kind switch
    {
        UnitActionKind.ReloadUnits => systemd.ReloadUnitsAsync(cancel),
        UnitActionKind.Enable => systemd.EnableAsync(action.Unit, cancel),
        UnitActionKind.Start => systemd.StartAsync(action.Unit, cancel),
        UnitActionKind.Restart => systemd.TryRestartAsync(action.Unit, cancel),
        _ => systemd.RequestStopAsync(action.Unit, cancel),
    };
}
