using System.Collections.Immutable;
using SlaveAgent.Chmpx;

namespace SlaveAgent.Connection;

/// <summary>
/// The servers with a half-open connection, tried one after the other whether they accept another one: one that does is up, and what it does not answer on the old connection has
/// no way any more.
/// </summary>
internal sealed class SilentServers(TimeProvider time)
{
    private readonly Dictionary<NodeKey, Trial> _trials = [];
    private long? _triedAt;

    /// <summary>The one that was not tried for the longest; null where none is half-open.</summary>
    public NodeKey? Next => _trials.Count == 0 ? null : _trials.MinBy(trial => trial.Value.At ?? long.MinValue).Key;

    /// <summary>Since the last try began, whichever server it was about.</summary>
    public TimeSpan SinceTry => _triedAt is { } at ? time.GetElapsedTime(at) : TimeSpan.MaxValue;

    /// <summary>Those that accepted a connection at each try, the last one included, with since when.</summary>
    public ImmutableDictionary<NodeKey, TimeSpan> Accepting =>
        _trials.Where(trial => trial.Value.AcceptingSince is not null).ToImmutableDictionary(trial => trial.Key, trial => time.GetElapsedTime(trial.Value.AcceptingSince!.Value));

    /// <param name="halfOpen">Of the others nothing is kept.</param>
    public void Observe(IReadOnlyCollection<NodeKey> halfOpen)
    {
        foreach (var other in _trials.Keys.Except(halfOpen).ToList())
        {
            _trials.Remove(other);
        }

        foreach (var server in halfOpen)
        {
            _trials.TryAdd(server, default);
        }
    }

    public void NoteStarted(NodeKey server)
    {
        _triedAt = time.GetTimestamp();
        if (_trials.TryGetValue(server, out var trial))
        {
            _trials[server] = trial with { At = _triedAt };
        }
    }

    /// <param name="accepts">Null: it is not known.</param>
    public void Note(NodeKey server, bool? accepts)
    {
        if (_trials.TryGetValue(server, out var trial))
        {
            _trials[server] = trial with { AcceptingSince = accepts is true ? trial.AcceptingSince ?? time.GetTimestamp() : null };
        }
    }

    /// <summary>chmpx is restarted, and makes other connections.</summary>
    public void Forget() => _trials.Clear();

    private readonly record struct Trial(long? At, long? AcceptingSince);
}
