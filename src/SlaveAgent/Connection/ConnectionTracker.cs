using System.Collections.Immutable;
using Serilog;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Settings;

namespace SlaveAgent.Connection;

/// <summary>
/// Folds what is seen of chmpx, poll after poll, into the situation that <see cref="RingJudge"/> judges. What a restarted agent has to know is kept in
/// <see cref="ConnectionMemory"/>; the rest is seen again.
/// </summary>
public sealed class ConnectionTracker(HostRoot root, ChmpxSettings settings, Func<string, DateTimeOffset?> fileChangedAt, TimeProvider time, Func<double> random, ILogger log)
{
    /// <summary>So long after the last restart a slave has to be well before the next one is the first again: a ring that comes and goes is no reason for many.</summary>
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(60);

    /// <summary>chmpx takes a second to end and to start; a restart whose effect does not show is requested again after so long, and then ever more rarely.</summary>
    private static readonly TimeSpan RestartRecheck = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRestartRecheck = TimeSpan.FromSeconds(60);

    /// <summary>Units can be started at any time; what systemd said of them is asked again after so long.</summary>
    private static readonly TimeSpan DependentsLifetime = TimeSpan.FromSeconds(30);

    private readonly long _started = time.GetTimestamp();
    private ConnectionMemory _memory = ConnectionMemory.Load(root, time.GetTimestamp());
    private readonly RepeatedWarning _ownEnds = new(time);
    private long? _answered;
    private IniDocument? _judged;
    private int _stamps;
    private double _jitter = random();
    private long _programsSeen = time.GetTimestamp();
    private string _missing = string.Empty;
    private long _missingSince = time.GetTimestamp();
    private PeerReport? _peer;
    private long _peerAt;
    private int _questions;
    private int _unanswered;
    private long? _questionAt;
    private long? _reachableSince;
    private readonly SilentServers _silent = new(time);
    private long _livingAt = time.GetTimestamp();
    private bool _wasSilent;
    private long? _probeAt;
    private ProbeReport? _probe;
    private int? _dependents;
    private long _dependentsAt;

    /// <summary>The last difference between file and chmpx that only a restart takes away, reported also where nothing is restarted for it.</summary>
    public ImmutableArray<RestartNeed> RestartNeeds { get; private set; } = [];

    /// <summary>Where the run of chmpx that last answered was reached; 0 when none ever did in this boot.</summary>
    public int LastControlPort => _memory.ControlPort;

    /// <summary>How often chmpx was started again in this boot, also before this agent started.</summary>
    public ChmpxRestarts Restarts => _memory.Restarts;

    /// <summary>A restart was requested, had no effect, and is to be requested again.</summary>
    public bool IsRestartOverdue => _memory.Pending is { } pending && Since(pending.At) >= RetryDelay.Doubled(RestartRecheck, pending.Times - 1, LongestRestartRecheck);

    /// <param name="view">What chmpx shows; null while it does not answer.</param>
    /// <param name="otherPort">chmpx answers where it did before, although the file names another control port.</param>
    public RingSituation Observe(IniDocument ini, RingView? view, ConfigurationFile file, bool otherPort, SocketReport sockets, int slaves)
    {
        var now = time.GetTimestamp();
        if (!ReferenceEquals(_judged, ini) && (_judged is null || !IniComparison.SaysTheSame(_judged, ini)))
        {
            _stamps = 0;
        }

        _judged = ini;
        if (view is not null)
        {
            _answered = now;
            ObserveProcess(ini, view, file);
            ObservePrograms(view, now);
            ObserveMissing(ini, view, sockets.IsBoundToLostAddress, now);
        }

        RestartNeeds = FindNeeds(ini, view, otherPort);
        if (_dependents is not null && Since(_dependentsAt) > DependentsLifetime)
        {
            _dependents = null;
        }

        return new RingSituation(ini, view, Since(file.ChangedAt), settings)
        {
            SinceQuiet = Since(Math.Max(Math.Max(_answered ?? _started, _memory.Configuration?.LastAt ?? _started), file.ChangedAt)),
            Stamps = _stamps,
            RestartNeeds = [.. RestartNeeds.Except(_memory.Ineffective)],
            IsFileUnwatched = file.OldFileWasLinked,
            Configuration = HistoryOf(RestartCause.Configuration),
            Partial = HistoryOf(RestartCause.Partial),
            Stranded = HistoryOf(RestartCause.Stranded),
            SinceMissing = Since(_missingSince),
            SinceFirstConnection = _memory.FirstConnectedAt is { } first ? Since(first) : null,
            SincePartial = _memory.PartialSince is { } partial ? Since(partial) : TimeSpan.Zero,
            WasConnected = view is not null && _memory.Process == view.Process && _memory.WasConnected,
            WasReady = _memory.ReadyAt is not null,
            SincePrograms = view?.HasPrograms is false ? Since(_programsSeen) : TimeSpan.Zero,
            ActiveDependents = _dependents,
            Peer = _peer,
            SincePeer = _peer is null ? TimeSpan.MaxValue : Since(_peerAt),
            PeerQuestions = _questions,
            PeerFailures = _unanswered,
            SinceQuestion = _questionAt is { } asked ? Since(asked) : TimeSpan.MaxValue,
            SinceLost = Since(_livingAt),
            WasSilent = _wasSilent,
            SinceReachable = _reachableSince is { } reachable ? Since(reachable) : null,
            Accepting = _silent.Accepting,
            NextSilent = _silent.Next,
            SinceSilentProbe = _silent.SinceTry,
            Probe = _probe,
            SinceProbe = _probeAt is { } probed ? Since(probed) : TimeSpan.MaxValue,
            Sockets = sockets,
            Slaves = slaves,
            Jitter = _jitter,
        };
    }

    /// <summary>Compares what the generation in place is connected to with what the one before was.</summary>
    /// <param name="isConnected">Whether this host counts as connected to its cluster.</param>
    /// <returns>Null where no connection was lost by it.</returns>
    public Regression? ObserveRegression(RingSituation s, bool isConnected)
    {
        Keep(_memory with { Connected = RegressionJudge.Judge(_memory.Connected, s.Ini, s.View, isConnected, s.SinceChange, settings) });
        return _memory.Connected?.Regression;
    }

    /// <summary>Before chmpx's unit is restarted: a restart that then fails, has no effect, or is lost with the agent, is requested again.</summary>
    public void NoteRestart(RestartCause cause, bool isLate)
    {
        var record = (_memory.Of(cause) ?? new RestartRecord(0, 0, 0)).Next(time.GetTimestamp(), isLate);
        Keep(_memory.With(cause, record) with
        {
            RestartedFor = cause == RestartCause.Configuration ? [.. RestartNeeds] : _memory.RestartedFor,
            Pending = new PendingRestart(time.GetTimestamp(), 1),
        });
        _jitter = random();
        (_reachableSince, _probe) = (null, null);
        _silent.Forget();
    }

    /// <summary>Whoever runs chmpx has to restart it for what differs now; what that does not take away is no reason the next time.</summary>
    public void NoteRestartNeeded()
    {
        if (!_memory.RestartedFor.SequenceEqual(RestartNeeds))
        {
            Keep(_memory with { RestartedFor = [.. RestartNeeds] });
        }
    }

    /// <summary>Another controller has chmpx's unit restarted, and sees to it that this has its effect.</summary>
    public void NoteOtherRestart() => Keep(_memory with { Pending = _memory.Pending ?? new PendingRestart(time.GetTimestamp(), 1) });

    /// <summary>Before the restart that is pending is requested again.</summary>
    public void NoteRestartAgain() => Keep(_memory with { Pending = new PendingRestart(time.GetTimestamp(), (_memory.Pending?.Times ?? 0) + 1) });

    public void NoteStamp() => _stamps++;

    /// <summary>All is well: the next trouble is the first again, once it has stayed so for a while.</summary>
    public void NoteConnected(bool hasLingering)
    {
        if (!hasLingering)
        {
            _stamps = 0;
        }

        // One that was requested a moment ago may still come, and is then the agent's own.
        var memory = _memory.Pending is { } pending && Since(pending.At) > LongestRestartRecheck ? _memory with { Pending = null } : _memory;
        memory = memory with { PartialSince = null };
        if (!hasLingering && RestartNeeds.IsEmpty)
        {
            memory = memory with { Configuration = null };
        }

        foreach (var cause in new[] { RestartCause.Partial, RestartCause.Stranded })
        {
            if (memory.Of(cause) is { } record && Since(record.LastAt) > Stable)
            {
                memory = memory.With(cause, null);
            }
        }

        Keep(memory);
    }

    /// <summary>Some listed server is connected and another, which is up, is not.</summary>
    public void NotePartial()
    {
        if (_memory.PartialSince is null)
        {
            Keep(_memory with { PartialSince = time.GetTimestamp() });
        }
    }

    public void NoteReady()
    {
        if (_memory.ReadyAt is null)
        {
            Keep(_memory with { ReadyAt = time.GetTimestamp() });
        }
    }

    public void NoteQuestion()
    {
        _questions++;
        _questionAt = time.GetTimestamp();
    }

    public void NotePeer(PeerReport? report)
    {
        if (report is null)
        {
            _unanswered++;
            return;
        }

        _unanswered = 0;
        (_peer, _peerAt) = (report, time.GetTimestamp());
    }

    public void NoteProbeStarted() => _probeAt = time.GetTimestamp();

    /// <param name="probe">Null: it failed, and is begun again.</param>
    public void NoteProbe(ProbeReport? probe)
    {
        _probe = probe;
        _reachableSince = probe is { IsOpen: true } ? _reachableSince ?? time.GetTimestamp() : null;
    }

    public void NoteSilentProbeStarted(NodeKey server) => _silent.NoteStarted(server);

    public void NoteSilentProbe(ProbeReport probe)
    {
        foreach (var server in probe.Asked)
        {
            _silent.Note(server, probe.IsOpen);
        }
    }

    public void NoteDependents(int? active)
    {
        // A systemd that does not answer is no proof that nothing depends on chmpx.
        _dependents = active ?? 1;
        _dependentsAt = time.GetTimestamp();
    }

    private void ObserveProcess(IniDocument ini, RingView view, ConfigurationFile file)
    {
        var memory = _memory;
        var isRestart = memory.Process.Pid > 0 && memory.Process != view.Process;
        NoteOwnEnds(isRestart && memory.Pending is null);
        if (memory.Process != view.Process)
        {
            var isFileOfStart = view.Revision == ini.FileVersion && fileChangedAt(file.Path) is { } changed
                && changed <= DateTimeOffset.FromUnixTimeSeconds(view.Process.StartTime) + TimeSpan.FromSeconds(1);
            memory = memory with
            {
                Process = view.Process,
                Restarts = isRestart ? memory.Restarts.Next(isByAgent: memory.Pending is not null) : memory.Restarts,
                Pending = null,
                WasConnected = false,
                Sizes = isFileOfStart ? StartSizes.Of(ini) : null,
            };
            if (view.Revision == ini.FileVersion && memory.RestartedFor.Count > 0)
            {
                // A restart that did not take a difference away will not do so the next time either.
                var left = LoadedComparison.Find(ini, view, fileChangedAt).Intersect(memory.RestartedFor).ToList();
                memory = memory with { RestartedFor = [], Ineffective = [.. memory.Ineffective.Union(left)] };
                foreach (var need in left)
                {
                    log.Warning("chmpx was restarted and still does not show that {Difference}; it is not restarted for that again", need.ToString());
                }
            }
        }

        if (file.Current?.ControlPort is { } port && ReferenceEquals(file.Current, ini))
        {
            memory = memory with { ControlPort = port };
        }

        var shown = view.ByKey();
        var isListedConnected = ini.ServerNodes.Keys.Any(key => shown.GetValueOrDefault(key) is { IsConnected: true });
        Keep(memory with
        {
            WasConnected = memory.WasConnected || view.Servers.Any(server => server.IsConnected),
            FirstConnectedAt = memory.FirstConnectedAt ?? (isListedConnected ? time.GetTimestamp() : null),
        });
    }

    private void NoteOwnEnds(bool ended)
    {
        if ((ended ? _ownEnds.Note() : _ownEnds.Poll()) is { } due)
        {
            log.Warning("chmpx had ended without the agent's asking, and runs again: it ended by itself, or somebody stopped or restarted it{Times}", due.IsFirst ? string.Empty : $", {due.Times} times in {due.Within.TotalSeconds:0} s");
        }
    }

    private void ObservePrograms(RingView view, long now)
    {
        if (view.HasPrograms is not false)
        {
            _programsSeen = now;
        }
    }

    private void ObserveMissing(IniDocument ini, RingView view, bool isLost, long now)
    {
        var shown = view.ByKey();
        if (!isLost && ini.ServerNodes.Keys.Any(key => shown.GetValueOrDefault(key) is { IsConnected: true }))
        {
            (_livingAt, _wasSilent) = (now, false);
            _reachableSince = null;
        }

        // Half-open connections come and go with the network; what is found out about the servers that have none stays good meanwhile.
        _wasSilent |= view.Servers.Any(server => server.IsHalfOpen);
        _silent.Observe([.. ini.ServerNodes.Keys.Where(key => shown.GetValueOrDefault(key) is { IsHalfOpen: true })]);
        var missing = string.Join(' ', ini.ServerNodes.Keys.Where(key => shown.GetValueOrDefault(key) is not { IsHeld: true })
            .Select(key => key.ToString()).Order(StringComparer.Ordinal));
        if (missing == _missing)
        {
            return;
        }

        (_missing, _missingSince) = (missing, now);
        (_peer, _questions, _unanswered, _questionAt) = (null, 0, 0, null);
        (_reachableSince, _probeAt, _probe) = (null, null, null);
    }

    private ImmutableArray<RestartNeed> FindNeeds(IniDocument ini, RingView? view, bool otherPort)
    {
        if (view is null)
        {
            return otherPort ? [new RestartNeed(RestartReason.GlobalChanged, "SELFCTLPORT")] : [];
        }

        var needs = LoadedComparison.Find(ini, view, fileChangedAt);
        needs = _memory.Sizes is { } sizes && _memory.Process == view.Process ? [.. needs, .. StartSizes.Changed(sizes, ini)] : needs;
        if (_memory.Ineffective.Except(needs).Any())
        {
            Keep(_memory with { Ineffective = [.. _memory.Ineffective.Intersect(needs)] });
        }

        return needs;
    }

    private RepairHistory HistoryOf(RestartCause cause) =>
        _memory.Of(cause) is { } record ? new RepairHistory(record.Count, Since(record.LastAt), record.Late) : RepairHistory.None;

    private TimeSpan Since(long timestamp) => time.GetElapsedTime(timestamp);

    private void Keep(ConnectionMemory memory)
    {
        if (memory == _memory)
        {
            return;
        }

        _memory = memory;
        try
        {
            memory.Save(root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Debug("{Path} could not be written: {Why}", root.Agent.ConnectionMemory, e.Message);
        }
    }
}
