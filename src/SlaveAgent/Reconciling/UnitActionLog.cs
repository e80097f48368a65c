using System.Collections.Immutable;

namespace SlaveAgent.Reconciling;

/// <summary>
/// The requests to systemd whose effect was not observed yet: each is repeated, with growing delays, for as long as the difference that it is to remove is
/// there. Of this process only, for a request may be repeated at any time.
/// </summary>
public sealed class UnitActionLog(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Dictionary<UnitAction, (int Times, long At)> _open = [];

    /// <summary>Those of the wanted requests that are due now. What is not wanted any more has had its effect and is forgotten.</summary>
    public ImmutableArray<UnitAction> Due(IReadOnlyCollection<UnitAction> wanted)
    {
        foreach (var done in _open.Keys.Except(wanted).ToList())
        {
            _open.Remove(done);
        }

        return [.. wanted.Where(action => !_open.TryGetValue(action, out var open) || time.GetElapsedTime(open.At) >= RetryDelay.Doubled(First, open.Times - 1, Longest))];
    }

    public void Note(UnitAction action) => _open[action] = (TimesOf(action) + 1, time.GetTimestamp());

    /// <summary>How often it was requested without an effect.</summary>
    public int TimesOf(UnitAction action) => _open.GetValueOrDefault(action).Times;
}
