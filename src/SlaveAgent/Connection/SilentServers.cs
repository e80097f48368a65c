using System.Collections.Immutable;
using SlaveAgent.Chmpx;
using SlaveAgent.Ring;

namespace SlaveAgent.Connection;

/// <summary>
/// The servers with a half-open connection, tried one after the other whether they accept another one: one that does is up, and what it does not answer on the old connection has
/// no way any more.
/// </summary>
internal sealed class SilentServers(TimeProvider time)
{
    private readonly List<Trial> _trials = [];
    private long? _triedAt;

    /// <summary>The one that was not tried for the longest; null where none is half-open.</summary>
    public NodeKey? Next
    {
        get
        {
            var next = _trials.Count > 0 ? _trials[0] : null;
            foreach (var trial in _trials)
            {
                next = trial.At < next!.At ? trial : next;
            }

            return next?.Server;
        }
    }

    /// <summary>Since the last try began, whichever server it was about.</summary>
    public TimeSpan SinceTry => _triedAt is { } at ? time.GetElapsedTime(at) : TimeSpan.MaxValue;

    /// <summary>Those that have accepted a connection at each try for a while, the last one included.</summary>
    public ImmutableHashSet<NodeKey> Accepting
    {
        get
        {
            var accepting = ImmutableHashSet<NodeKey>.Empty;
            foreach (var trial in _trials)
            {
                accepting = trial.AcceptingSince is { } since && time.GetElapsedTime(since) >= RepairPause.SilentIsUp ? accepting.Add(trial.Server) : accepting;
            }

            return accepting;
        }
    }

    /// <param name="halfOpen">Of the others nothing is kept.</param>
    public void Observe(IReadOnlyList<NodeKey> halfOpen)
    {
        _trials.RemoveAll(trial => !halfOpen.Contains(trial.Server));
        foreach (var server in halfOpen)
        {
            if (Find(server) is null)
            {
                _trials.Add(new Trial(server));
            }
        }
    }

    public void NoteStarted(NodeKey server)
    {
        var now = time.GetTimestamp();
        _triedAt = now;
        if (Find(server) is { } trial)
        {
            trial.At = now;
        }
    }

    /// <param name="accepts">Whether it accepted a connection.</param>
    public void Note(NodeKey server, bool accepts)
    {
        if (Find(server) is { } trial)
        {
            trial.AcceptingSince = accepts ? trial.AcceptingSince ?? time.GetTimestamp() : null;
        }
    }

    /// <summary>chmpx is restarted, and makes other connections.</summary>
    public void Forget() => _trials.Clear();

    private Trial? Find(NodeKey server) => _trials.Find(trial => trial.Server == server);

    private sealed class Trial(NodeKey server)
    {
        public NodeKey Server { get; } = server;

        /// <summary>When its last try began; the least number before the first.</summary>
        public long At { get; set; } = long.MinValue;

        public long? AcceptingSince { get; set; }
    }
}
