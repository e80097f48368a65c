using System.Collections.Immutable;
using System.Net;
using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;

namespace SlaveAgent.Connection;

/// <summary>
/// Observes chmpx's connections to the servers in the kernel's table: reads all of it where something moved and rarely otherwise, and each second only those
/// that are known.
/// </summary>
public sealed class ServerSockets(ISocketTable table, EndpointResolver resolver, AddressWatch addresses, TimeProvider time)
{
    /// <summary>What is not noticed otherwise, such as a second connection to a server, is so old at the most.</summary>
    private static readonly TimeSpan BetweenDumps = TimeSpan.FromMinutes(5);

    /// <summary>/proc has no other way than reading all of it.</summary>
    private static readonly TimeSpan BetweenReadsOfProc = TimeSpan.FromSeconds(5);

    /// <summary>A name whose address changes is looked up again.</summary>
    private static readonly TimeSpan BetweenLookups = TimeSpan.FromMinutes(5);

    /// <summary>A ring that moves does so for seconds.</summary>
    private static readonly TimeSpan Moving = TimeSpan.FromSeconds(2);

    /// <summary>Of more connections the whole table is read for less.</summary>
    private const int MostReadOneByOne = 100;

    private readonly Inquiry<Dictionary<NodeKey, ImmutableArray<IPEndPoint>>> _lookup = new();
    private Dictionary<NodeKey, ImmutableArray<IPEndPoint>> _endpoints = [];
    private HashSet<int> _ports = [];
    private IniDocument? _lookedUp;
    private long _lookedUpAt;
    private ImmutableArray<TcpSocket> _known = [];
    private SocketReport _report = SocketReport.Empty;
    private RingView? _viewSeen;
    private int _changesSeen;
    private bool _isDumpDue = true;
    private long _dumpedAt;
    private long? _movedAt;
    private int _ended;

    /// <summary>The data ports of the servers; the same object while they are the same.</summary>
    public IReadOnlySet<int> Ports => _ports;

    /// <summary>A connection has ended; may be called from any thread.</summary>
    public void NoteEnd() => Volatile.Write(ref _ended, 1);

    /// <param name="view">What chmpx shows at its control port.</param>
    /// <returns>The same object while it says the same, but for round trips.</returns>
    public SocketReport Observe(IniDocument ini, RingView? view, CancellationToken cancel)
    {
        LookUp(ini, cancel);
        var hasEnded = Interlocked.Exchange(ref _ended, 0) == 1;
        _isDumpDue |= hasEnded || !ReferenceEquals(view, _viewSeen) || addresses.Changes != _changesSeen || time.GetElapsedTime(_dumpedAt) > BetweenDumps;
        (_viewSeen, _changesSeen) = (view, addresses.Changes);
        if (_isDumpDue || ReadAgain() is not { } again)
        {
            Dump(ini, hasEnded);
        }
        else if (again == _known && !_report.IsMoving)
        {
            return _report;
        }
        else
        {
            _known = again;
        }

        var report = SocketReport.Of(_endpoints, _known) with
        {
            IsBoundToLostAddress = _known.Length > 0 && _known.All(socket => addresses.IsLost(socket.Local.Address)),
            IsMoving = _movedAt is { } at && time.GetElapsedTime(at) < Moving,
        };
        return _report = report.SaysTheSame(_report) ? _report : report;
    }

    private ImmutableArray<TcpSocket>? ReadAgain() =>
        _known.Any(socket => socket.Identity is null) ? time.GetElapsedTime(_dumpedAt) < BetweenReadsOfProc ? _known : null
        : _known.Length > MostReadOneByOne ? null
        : table.ReadAgain(_known);

    private void Dump(IniDocument ini, bool hasEnded)
    {
        // Another user's connection to the same port is none of chmpx's.
        var owner = ini.ControlPort is { } port ? table.ListenerOf(port) : null;
        var before = _known;
        _known = [.. (table.Read(_ports) ?? []).Where(socket => owner is null || socket.User == owner).OrderBy(socket => socket.Inode)];
        (_isDumpDue, _dumpedAt) = (false, time.GetTimestamp());
        if (hasEnded || !_known.Select(socket => socket.Inode).SequenceEqual(before.Select(socket => socket.Inode)))
        {
            _movedAt = time.GetTimestamp();
        }
    }

    /// <summary>Names take a while; until they are known the former addresses count.</summary>
    private void LookUp(IniDocument ini, CancellationToken cancel)
    {
        if (!_lookup.IsPending && (!ReferenceEquals(ini, _lookedUp) || time.GetElapsedTime(_lookedUpAt) > BetweenLookups))
        {
            (_lookedUp, _lookedUpAt) = (ini, time.GetTimestamp());
            var ports = ini.ServerNodes.All.SelectMany(node => NodeEndpoints.DataOf(ini, node.Section)).Select(endpoint => endpoint.Port).ToHashSet();
            _ports = ports.SetEquals(_ports) ? _ports : ports;
            _lookup.Start(() => EndpointsAsync(ini, cancel));
        }

        if (_lookup.TryTake(out var endpoints) && endpoints is not null)
        {
            _endpoints = endpoints;
            _isDumpDue = true;
        }
    }

    private async Task<Dictionary<NodeKey, ImmutableArray<IPEndPoint>>> EndpointsAsync(IniDocument ini, CancellationToken cancel)
    {
        var nodes = ini.ServerNodes.All;
        var found = await Task.WhenAll(nodes.Select(node => resolver.ResolveAsync(NodeEndpoints.DataOf(ini, node.Section), cancel)));
        return nodes.Zip(found).ToDictionary(pair => pair.First.Key, pair => pair.Second);
    }
}
