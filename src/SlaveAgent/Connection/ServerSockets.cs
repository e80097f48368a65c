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

    /// <summary>/proc has no other way than reading all of it; nor is a table that could not be read tried again sooner.</summary>
    private static readonly TimeSpan BetweenReadsOfProc = TimeSpan.FromSeconds(5);

    /// <summary>A name whose address changes is looked up again; sooner one that nobody knows.</summary>
    private static readonly TimeSpan BetweenLookups = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BetweenPartialLookups = TimeSpan.FromSeconds(10);

    /// <summary>Each name takes a thread for as long as its resolver does not answer.</summary>
    private const int LookupsAtOnce = 4;

    private static readonly TimeSpan Moving = TimeSpan.FromSeconds(2);

    /// <summary>
    /// So many moves are followed at once, and one more in two seconds. A ring that moves all the time, such as one that does not admit this slave and is tried
    /// five times a second, is looked at no oftener for that.
    /// </summary>
    private const int BurstSize = 20;
    private static readonly TimeSpan Refill = TimeSpan.FromSeconds(2);

    private readonly Inquiry<Dictionary<NodeKey, ImmutableArray<IPEndPoint>>> _lookup = new();
    private Dictionary<NodeKey, ImmutableArray<IPEndPoint>> _endpoints = [];
    private HashSet<int> _ports = [];
    private IniDocument? _lookedUp;
    private long _lookedUpAt;
    private bool _isLookupPartial;
    private ImmutableArray<TcpSocket> _known = [];
    private SocketReport _report = SocketReport.Empty;
    private RingView? _viewSeen;
    private int _changesSeen;
    private bool _isDumpDue = true;
    private bool _dumpFailed;
    private long? _dumpedAt;
    private long? _movedAt;
    private double _burst = BurstSize;
    private int _ended;

    /// <summary>The cookies of the known connections whose end is to be told at once; read from any thread.</summary>
    private volatile ImmutableHashSet<ulong> _awaited = [];

    /// <summary>The data ports of the servers; the same object while they are the same.</summary>
    public IReadOnlySet<int> Ports => _ports;

    /// <summary>A connection of this host has ended; may be called from any thread.</summary>
    /// <param name="cookie">Which; null: it is not known.</param>
    /// <returns>Whether it was chmpx's, and is to be looked into at once.</returns>
    public bool NoteEnd(ulong? cookie)
    {
        if (cookie is { } one ? !_awaited.Contains(one) : _awaited.IsEmpty)
        {
            return false;
        }

        Volatile.Write(ref _ended, 1);
        return true;
    }

    /// <param name="view">What chmpx shows at its control port.</param>
    /// <returns>The same object while it says the same, but for round trips, and no connection is half-open.</returns>
    public SocketReport Observe(IniDocument ini, RingView? view, CancellationToken cancel)
    {
        LookUp(ini, cancel);
        // chmpx can have another connection in a moment, and show the same as before.
        _isDumpDue |= Interlocked.Exchange(ref _ended, 0) == 1 || IsMoving || !ReferenceEquals(view, _viewSeen) || addresses.Changes != _changesSeen || Since(_dumpedAt) > BetweenDumps;
        (_viewSeen, _changesSeen) = (view, addresses.Changes);
        if (_isDumpDue || ReadAgain() is not { } again)
        {
            Dump(ini);
        }
        else if (again == _known && !_report.IsMoving)
        {
            return _report;
        }
        else
        {
            _known = again;
        }

        var report = SocketReport.Of(_endpoints, _known, _report) with
        {
            IsBoundToLostAddress = _known.Length > 0 && _known.All(socket => addresses.IsLost(socket.Local.Address)),
            IsMoving = IsMoving,
        };
        _awaited = IsRestless ? [] : [.. _known.Select(socket => socket.Identity?.Cookie).OfType<ulong>()];
        return _report = report.Dead.IsEmpty && report.SaysTheSame(_report) ? _report : report;
    }

    /// <summary>Reads them once, for who only looks.</summary>
    public async Task<SocketReport> ReadAsync(IniDocument ini, CancellationToken cancel) => Read(ini, await EndpointsAsync(ini, cancel));

    /// <summary>The same for who knows the servers' addresses.</summary>
    /// <param name="endpoints">The addresses and data ports of each server.</param>
    public SocketReport Read(IniDocument ini, Dictionary<NodeKey, ImmutableArray<IPEndPoint>> endpoints) =>
        SocketReport.Of(endpoints, Of(endpoints, ini, table.Read(PortsOf(ini)) ?? []), SocketReport.Empty);

    private bool IsMoving => Since(_movedAt) < Moving && !IsRestless;

    /// <summary>It has moved so often that it will go on.</summary>
    private bool IsRestless => Burst < 1;

    private double Burst => _movedAt is { } at ? Math.Min(BurstSize, _burst + (time.GetElapsedTime(at) / Refill)) : BurstSize;

    private ImmutableArray<TcpSocket>? ReadAgain() =>
        _known.Any(socket => socket.Identity is null) ? Since(_dumpedAt) < BetweenReadsOfProc ? _known : null : table.ReadAgain(_known);

    private void Dump(IniDocument ini)
    {
        var isTooSoon = _dumpFailed && Since(_dumpedAt) < BetweenReadsOfProc;
        if (isTooSoon || table.Read(_ports) is not { } all)
        {
            // What was known is known still, for all that can be told.
            (_isDumpDue, _dumpFailed, _dumpedAt) = (true, true, isTooSoon ? _dumpedAt : time.GetTimestamp());
            return;
        }

        var before = _known;
        _known = Of(_endpoints, ini, all);
        (_isDumpDue, _dumpFailed, _dumpedAt) = (false, false, time.GetTimestamp());
        if (!_known.Select(socket => socket.Inode).SequenceEqual(before.Select(socket => socket.Inode)))
        {
            (_burst, _movedAt) = (Math.Max(0, Burst - 1), time.GetTimestamp());
        }
    }

    /// <summary>chmpx's to the servers: of the same user as who answers at its control port, and to an endpoint of theirs.</summary>
    private ImmutableArray<TcpSocket> Of(Dictionary<NodeKey, ImmutableArray<IPEndPoint>> endpoints, IniDocument ini, ImmutableArray<TcpSocket> all)
    {
        var owner = ini.ControlPort is { } port ? table.ListenerOf(port) : null;
        var remotes = endpoints.Values.SelectMany(some => some).ToHashSet();
        var former = _known.Select(socket => socket.Inode).ToHashSet();
        return [.. all.Where(socket => (owner is null || socket.User == owner) && (remotes.Contains(socket.Remote) || former.Contains(socket.Inode))).OrderBy(socket => socket.Inode)];
    }

    /// <summary>Names take a while; one that is not known for now keeps its former addresses.</summary>
    private void LookUp(IniDocument ini, CancellationToken cancel)
    {
        if (!_lookup.IsPending && (!ReferenceEquals(ini, _lookedUp) || time.GetElapsedTime(_lookedUpAt) > (_isLookupPartial ? BetweenPartialLookups : BetweenLookups)))
        {
            (_lookedUp, _lookedUpAt) = (ini, time.GetTimestamp());
            var ports = PortsOf(ini);
            _ports = ports.SetEquals(_ports) ? _ports : ports;
            _lookup.Start(() => EndpointsAsync(ini, cancel));
        }

        if (_lookup.TryTake(out var found) && found is not null)
        {
            _isLookupPartial = found.Values.Any(endpoints => endpoints.IsEmpty);
            var now = found.ToDictionary(server => server.Key, server => server.Value.IsEmpty ? _endpoints.GetValueOrDefault(server.Key, []) : server.Value);
            _isDumpDue |= now.Count != _endpoints.Count || now.Any(server => !_endpoints.TryGetValue(server.Key, out var before) || !before.SequenceEqual(server.Value));
            _endpoints = now;
        }
    }

    private async Task<Dictionary<NodeKey, ImmutableArray<IPEndPoint>>> EndpointsAsync(IniDocument ini, CancellationToken cancel)
    {
        var found = new Dictionary<NodeKey, ImmutableArray<IPEndPoint>>();
        foreach (var some in ini.ServerNodes.All.Chunk(LookupsAtOnce))
        {
            var addresses = await Task.WhenAll(some.Select(node => resolver.ResolveAsync(NodeEndpoints.DataOf(ini, node.Section), cancel)));
            foreach (var (node, endpoints) in some.Zip(addresses))
            {
                found[node.Key] = endpoints;
            }
        }

        return found;
    }

    private static HashSet<int> PortsOf(IniDocument ini) => ini.ServerNodes.All.SelectMany(node => NodeEndpoints.DataOf(ini, node.Section)).Select(endpoint => endpoint.Port).ToHashSet();

    private TimeSpan Since(long? at) => at is { } known ? time.GetElapsedTime(known) : TimeSpan.MaxValue;
}
