using System.Collections.Immutable;
using Serilog;
using SlaveAgent.Chmpx;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;

namespace SlaveAgent.Connection;

/// <summary>Asks servers and systemd beside the loop, one question of a kind at a time, and hands the answers to where they are judged.</summary>
public sealed class RingQuestions(
    IRingInquiries inquiries, ConnectionTracker tracker, RingMemory ring, TimeProvider time, Func<double> random, ILogger log)
{
    /// <summary>While chmpx does not answer, systemd is asked again about its unit after so long.</summary>
    private static readonly TimeSpan BetweenUnits = TimeSpan.FromSeconds(10);

    private readonly Inquiry<PeerReport?> _peer = new();
    private readonly Inquiry<ProbeReport?> _probe = new();
    private readonly Inquiry<ProbeReport?> _silent = new();
    private readonly Inquiry<int?> _dependents = new();
    private readonly Inquiry<UnitReport?> _unit = new();
    private long? _unitAt;
    private string? _unitLogged;

    public void TakeAnswers()
    {
        if (_peer.TryTake(out var report))
        {
            tracker.NotePeer(report);
        }

        if (_probe.TryTake(out var probe))
        {
            tracker.NoteProbe(probe);
        }

        if (_silent.TryTake(out var silent) && silent is not null)
        {
            tracker.NoteSilentProbe(silent);
        }

        if (_dependents.TryTake(out var active))
        {
            tracker.NoteDependents(active);
        }

        if (_unit.TryTake(out var unit))
        {
            NoteUnit(unit);
        }
    }

    public void AskPeer(RingSituation s, CancellationToken cancel)
    {
        if (!_peer.IsRunning && ConnectedServer(s) is { } server)
        {
            tracker.NoteQuestion();
            _peer.Start(() => inquiries.AskPeerAsync(s.Ini, server, cancel));
        }
    }

    /// <param name="servers">Listed ones.</param>
    public void Probe(IniDocument ini, IReadOnlySet<NodeKey> servers, CancellationToken cancel)
    {
        if (!_probe.IsRunning)
        {
            tracker.NoteProbeStarted();
            _probe.Start(async () => new ProbeReport(servers, await inquiries.ProbeAsync(ini, servers, cancel)));
        }
    }

    /// <param name="server">A listed one with a half-open connection.</param>
    public void ProbeSilent(IniDocument ini, NodeKey server, CancellationToken cancel)
    {
        if (!_silent.IsRunning)
        {
            tracker.NoteSilentProbeStarted(server);
            var asked = ImmutableHashSet.Create(server);
            _silent.Start(async () => new ProbeReport(asked, await inquiries.ProbeAsync(ini, asked, cancel)));
        }
    }

    public void AskDependents(CancellationToken cancel) => _dependents.Start(() => inquiries.CountDependentsAsync(cancel));

    /// <summary>Why chmpx does not answer: its unit's state, exit status, restarts and last lines.</summary>
    public void AskUnit(CancellationToken cancel)
    {
        if (_unitAt is not { } at || time.GetElapsedTime(at) >= BetweenUnits)
        {
            _unitAt = time.GetTimestamp();
            _unit.Start(() => inquiries.ShowUnitAsync(cancel));
        }
    }

    /// <summary>chmpx answers.</summary>
    public void NoteAnswered()
    {
        ring.UnitLastLines = null;
        _unitLogged = null;
        _unitAt = null;
    }

    private void NoteUnit(UnitReport? unit)
    {
        if (unit is null)
        {
            return;
        }

        if (unit.ToString() != _unitLogged)
        {
            _unitLogged = unit.ToString();
            log.Warning("chmpx does not answer: {Unit}{LastLines}", _unitLogged, unit.LastLines.Length > 0 ? $"; its last lines: {unit.LastLines}" : string.Empty);
        }

        (ring.Unit, ring.UnitLastLines) = (unit.Status, unit.LastLines);
    }

    /// <summary>Another one each time, so that one which does not answer does not keep the others from being asked.</summary>
    private NodeKey? ConnectedServer(RingSituation s)
    {
        var shown = s.View!.ByKey();
        var connected = s.Ini.ServerNodes.All.Select(node => node.Key).Where(key => shown.GetValueOrDefault(key) is { IsConnected: true }).ToList();
        return connected.Count == 0 ? null : connected[(int)(random() * connected.Count)];
    }
}
