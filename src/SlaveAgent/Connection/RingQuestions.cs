using Serilog;
using SlaveAgent.Chmpx;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;

namespace SlaveAgent.Connection;

/// <summary>Asks servers, systemd and the kernel beside the loop, one question of a kind at a time, and hands the answers to where they are judged.</summary>
public sealed class RingQuestions(
    IRingInquiries inquiries, ConnectionTracker tracker, RingMemory ring, AddressWatch addresses, TimeProvider time, Func<double> random, ILogger log)
{
    /// <summary>While chmpx does not answer, systemd is asked again about its unit after so long.</summary>
    private static readonly TimeSpan BetweenUnits = TimeSpan.FromSeconds(10);

    /// <summary>After a change of address the kernel is asked until connections from the old one are gone.</summary>
    private static readonly TimeSpan BetweenSockets = TimeSpan.FromSeconds(5);

    private readonly Inquiry<PeerReport?> _peer = new();
    private readonly Inquiry<bool> _probe = new();
    private readonly Inquiry<int?> _dependents = new();
    private readonly Inquiry<UnitReport?> _unit = new();
    private readonly Inquiry<bool> _sockets = new();
    private long? _unitAt;
    private string? _unitLogged;
    private long? _socketsAt;
    private int? _changesSeen;
    private ChmpxProcess _processAsked;

    /// <summary>All connections of chmpx are bound to an address that this host does not have any more.</summary>
    public bool IsBoundToLostAddress { get; private set; }

    /// <summary>An answer that may change the judgement is still to come.</summary>
    public bool IsPending => _sockets.IsPending;

    public void TakeAnswers()
    {
        if (_peer.TryTake(out var report))
        {
            tracker.NotePeer(report);
        }

        if (_probe.TryTake(out var reachable))
        {
            tracker.NoteProbe(reachable);
        }

        if (_dependents.TryTake(out var active))
        {
            tracker.NoteDependents(active);
        }

        if (_sockets.TryTake(out var lost))
        {
            IsBoundToLostAddress = lost;
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

    public void Probe(IniDocument ini, CancellationToken cancel)
    {
        if (!_probe.IsRunning)
        {
            tracker.NoteProbeStarted();
            _probe.Start(() => inquiries.ProbeAsync(ini, cancel));
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

    /// <summary>Checks the connections once, after each change of address, and then until none is left that comes from a lost one.</summary>
    public void AskSockets(IniDocument ini, RingView? view, CancellationToken cancel)
    {
        if (IsBoundToLostAddress && view is not null && view.Process != _processAsked)
        {
            // The connections that were asked about went with their process.
            IsBoundToLostAddress = false;
            _socketsAt = null;
            _changesSeen = null;
        }

        if (view is not null)
        {
            _processAsked = view.Process;
        }

        if (_changesSeen != addresses.Changes || (IsBoundToLostAddress && (_socketsAt is not { } at || time.GetElapsedTime(at) >= BetweenSockets)))
        {
            _changesSeen = addresses.Changes;
            _socketsAt = time.GetTimestamp();
            _sockets.Start(() => inquiries.IsBoundToLostAddressAsync(ini, cancel));
        }
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
