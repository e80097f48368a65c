using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>A chmpx configuration as its sections, in their order. Pure: read by <see cref="IniReader"/>, judged by <see cref="IniCheck"/>.</summary>
/// <param name="Sections">All sections, also those chmpx passes over, such as <c>[K2HDKC]</c>.</param>
/// <param name="Problems">What reading alone found wrong.</param>
public sealed record IniDocument(ImmutableArray<IniSection> Sections, ImmutableArray<IniProblem> Problems)
{
    // Asked for once a node and more: to go through a thousand nodes for each of a thousand would take seconds.
    private readonly LineIndex _global = GlobalOf(Sections);
    private ServerNodes? _serverNodes;

    public ImmutableArray<IniSection> Sections
    {
        get;
        init
        {
            field = value;
            _global = GlobalOf(value);
            _serverNodes = null;
        }
    }
    = Sections;

    public IEnumerable<IniSection> Servers => Sections.Where(s => s.Name == IniSection.ServerName);

    /// <summary>The servers one by one: an entry can stand for several.</summary>
    public ServerNodes ServerNodes => _serverNodes ??= ServerNodes.Of(this);

    public IEnumerable<IniSection> Slaves => Sections.Where(s => s.Name == IniSection.SlaveName);

    /// <summary>A key of <c>[GLOBAL]</c>; of several such sections the last that has it counts, as chmpx merges them.</summary>
    public IniLine? FindGlobal(string key) => _global.Find(key);

    public string? Global(string key) => FindGlobal(key)?.Value;

    /// <summary>The number chmpx shows as <c>cfg_revision</c>; null when there is none.</summary>
    public int? FileVersion => Global("FILEVERSION") is { } text ? Atoi.Of(text) : null;

    /// <summary>The port on 127.0.0.1 where this node's chmpx answers: SELFCTLPORT, or that of its own entry; null when it is not a port.</summary>
    public int? ControlPort => PortOf(SelfControlPort ?? FindSelf()?["CTLPORT"] ?? Global("CTLPORT"));

    /// <summary>What an entry says of its node; <see cref="ServerNodes"/> knows what tells it from the others.</summary>
    public NodeKey KeyOf(IniSection node) => NodeKey.Of(node["CUK"] ?? string.Empty, PortOf(node, "CTLPORT") ?? 0, node["NAME"] ?? string.Empty);

    /// <summary>Whether a slave's entry is this host's own: its control port is SELFCTLPORT, where that is given, and its CUK, which may be a regular expression, fits SELFCUK.</summary>
    public bool IsSelf(IniSection slave) => slave.Name == IniSection.SlaveName && FitsSelf(slave);

    /// <summary>Whether a slave's entry is this host's own by its very CUK.</summary>
    public bool IsNamedSelf(IniSection slave) => slave.Name == IniSection.SlaveName && IsOnSelfControlPort(slave) && HasSelfCuk(slave);

    /// <summary>This host's own entry; null when there is none, and then chmpx exits at its start.</summary>
    public IniSection? FindSelf() => FindSelf(Slaves);

    /// <summary>This host's own among entries: by its very CUK, or else by a regular expression.</summary>
    public IniSection? FindSelf(IEnumerable<IniSection> slaves)
    {
        IniSection? byPattern = null;
        foreach (var slave in slaves)
        {
            if (IsNamedSelf(slave))
            {
                return slave;
            }

            byPattern ??= IsSelf(slave) ? slave : null;
        }

        return byPattern;
    }

    /// <summary>What chmpx makes the identity of nodes from, in the word that it shows for it (lib/chmstructure.tcc, get_chmpxid_seed_type_string).</summary>
    public string IdType => Global("CHMPXIDTYPE")?.ToLowerInvariant() switch
    {
        null => ByName,
        "ctlendpoints" or "ctleps" => ByControlEndpoints,
        var type => type,
    };

    internal const string ByName = "name";
    internal const string ByCuk = "cuk";
    internal const string ByControlEndpoints = "control endpoints";
    internal const string BySeed = "custom";

    /// <summary>SELFCTLPORT; null where it fits any port: where none is given chmpx has -1.</summary>
    internal string? SelfControlPort => Global("SELFCTLPORT") is { } text && unchecked((short)Atoi.Of(text)) != -1 ? text : null;

    /// <summary>Whether chmpx can take a node, which may be a server, for itself.</summary>
    internal bool FitsSelf(IniSection node) => IsOnSelfControlPort(node) && FitsSelfCuk(node);

    /// <summary>Whether an entry has this host's very CUK, whatever its control port.</summary>
    internal bool HasSelfCuk(IniSection node) => (Global("SELFCUK") ?? string.Empty) == (node["CUK"] ?? string.Empty);

    internal bool FitsSelfCuk(IniSection node) => CukPattern.IsMatch(Global("SELFCUK") ?? string.Empty, node["CUK"] ?? string.Empty);

    private bool IsOnSelfControlPort(IniSection node) =>
        SelfControlPort is not { } own || unchecked((short)Atoi.Of(own)) == unchecked((short)Atoi.Of(node["CTLPORT"] ?? Global("CTLPORT") ?? string.Empty));

    /// <summary>For each key of <c>[GLOBAL]</c> the line that counts, in the order of the keys' letters.</summary>
    public IEnumerable<IniLine> GlobalInOrderOfKeys() => LineIndex.LastOfEach(GlobalLinesOf(Sections)).Values.OrderBy(line => line.Key, StringComparer.Ordinal);

    private static LineIndex GlobalOf(ImmutableArray<IniSection> sections) => new([.. GlobalLinesOf(sections)]);

    private static IEnumerable<IniLine> GlobalLinesOf(ImmutableArray<IniSection> sections) => sections.Where(s => s.Name == IniSection.GlobalName).SelectMany(s => s.Lines);

    /// <summary>A node's port: its own key, else <c>[GLOBAL]</c>'s; null when that is not a port.</summary>
    public int? PortOf(IniSection node, string key) => PortOf(node[key] ?? Global(key));

    /// <summary>Whether a switch of a node is on: its own key, else <c>[GLOBAL]</c>'s.</summary>
    public bool IsOn(IniSection node, string key) => IsOn(node[key] ?? Global(key));

    internal static bool IsOn(string? value) => value?.ToLowerInvariant() is "on" or "yes";

    /// <summary>A path of a node: its own key, else <c>[GLOBAL]</c>'s; null when there is none.</summary>
    public string? PathOf(IniSection node, string key) => PathOf(node.Find(key) ?? FindGlobal(key));

    /// <summary>chmpx takes the word NULL for no path.</summary>
    internal static string? PathOf(IniLine? line) => line?.Value is { Length: > 0 } path && !path.Equals("NULL", StringComparison.OrdinalIgnoreCase) ? path : null;

    /// <summary>A port that chmpx can use: it keeps ports in a signed 16-bit number. What follows the digits is passed over, as chmpx does.</summary>
    public static int? PortOf(string? text) => text is not null && Atoi.Of(text) is > 0 and <= short.MaxValue and var port ? port : null;
}
