using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>
/// The servers of a configuration one by one, and how they are told apart. Entries without a CUK, or with one CUK, are several servers, and so is a NAME that is a list or a pattern: chmpx shows
/// each of them by its name. Pure.
/// </summary>
public sealed class ServerNodes
{
    /// <summary>What chmpx replaces by a name or address of the host (lib/chmnetdb.cc, IsLocalhostKeyword).</summary>
    private static readonly string[] LocalNames = ["localhost", "127.0.0.1", "::1"];

    private readonly HashSet<NodeKey> _shared;
    private readonly Dictionary<NodeKey, NodeKey> _local = [];

    private ServerNodes(IniDocument ini)
    {
        var servers = ini.Servers.SelectMany(section => Expand(section).Select(one => (Key: new NodeKey(one["CUK"] ?? string.Empty, ini.PortOf(one, "CTLPORT") ?? 0), Section: one))).ToList();
        var names = new Dictionary<NodeKey, string?>();
        foreach (var (key, section) in servers)
        {
            // Null once there are two.
            names[key] = !names.TryGetValue(key, out var name) || name == section["NAME"] ? section["NAME"] ?? string.Empty : null;
        }

        _shared = [.. names.Where(pair => pair.Value is null || pair.Key.Cuk.Length == 0).Select(pair => pair.Key)];
        All = [.. servers.Select(server => new ServerNode(_shared.Contains(server.Key) ? server.Key with { Name = server.Section["NAME"] ?? string.Empty } : server.Key, server.Section)).DistinctBy(node => node.Key)];
        Keys = All.Select(node => node.Key).ToHashSet();
        foreach (var node in All.Where(node => LocalNames.Contains(node.Key.Name)))
        {
            _local.TryAdd(node.Key with { Name = string.Empty }, node.Key);
        }
    }

    /// <summary>Each once.</summary>
    public ImmutableArray<ServerNode> All { get; }

    public IReadOnlySet<NodeKey> Keys { get; }

    public static ServerNodes Of(IniDocument ini) => new(ini);

    /// <returns>What chmpx shows, its servers under the keys of this configuration.</returns>
    public RingView Named(RingView view)
    {
        if (_shared.Count == 0)
        {
            return view;
        }

        return view with { Servers = [.. view.Servers.Select(server => server with { Key = KeyOf(server.Key, server.Name) })] };
    }

    /// <returns>What a server says of the others, under the keys of this configuration.</returns>
    public RingStatusReport Named(RingStatusReport report) =>
        _shared.Count == 0 ? report : report with { Servers = [.. report.Servers.Select(server => server with { Key = KeyOf(server.Key, server.Name) })] };

    private NodeKey KeyOf(NodeKey shown, string name)
    {
        var bare = shown with { Name = string.Empty };
        if (!_shared.Contains(bare))
        {
            return shown;
        }

        var key = bare with { Name = name };
        return Keys.Contains(key) ? key : _local.GetValueOrDefault(bare, key);
    }

    private static IEnumerable<IniSection> Expand(IniSection section)
    {
        if (section.Find("NAME") is not { Value: { } name } line || NamePattern.IsSingle(name))
        {
            return [section];
        }

        return NamePattern.Expand(name).Select(one => section with { Lines = section.Lines.Replace(line, line with { Written = one, Value = one }) });
    }
}
