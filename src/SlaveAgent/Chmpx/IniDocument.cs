using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>A chmpx configuration as its sections, in their order. Pure: read by <see cref="IniReader"/>, judged by <see cref="IniCheck"/>.</summary>
/// <param name="Sections">All sections, also those chmpx passes over, such as <c>[K2HDKC]</c>.</param>
/// <param name="Problems">What reading alone found wrong.</param>
public sealed record IniDocument(ImmutableArray<IniSection> Sections, ImmutableArray<IniProblem> Problems)
{
    // Asked for once a node and more: to go through a thousand nodes for each of a thousand would take seconds.
    private readonly LineIndex _global = GlobalOf(Sections);

    public ImmutableArray<IniSection> Sections
    {
        get;
        init
        {
            field = value;
            _global = GlobalOf(value);
        }
    }
    = Sections;

    public IEnumerable<IniSection> Servers => Sections.Where(s => s.Name == IniSection.ServerName);

    public IEnumerable<IniSection> Slaves => Sections.Where(s => s.Name == IniSection.SlaveName);

    /// <summary>A key of <c>[GLOBAL]</c>; of several such sections the last that has it counts, as chmpx merges them.</summary>
    public IniLine? FindGlobal(string key) => _global.Find(key);

    public string? Global(string key) => FindGlobal(key)?.Value;

    /// <summary>The number chmpx shows as <c>cfg_revision</c>; null when there is none.</summary>
    public int? FileVersion => Global("FILEVERSION") is { } text ? Atoi.Of(text) : null;

    /// <summary>The port on 127.0.0.1 where this node's chmpx answers: SELFCTLPORT, or that of its own entry; null when it is not a port.</summary>
    public int? ControlPort => PortOf(SelfControlPort ?? FindSelf()?["CTLPORT"] ?? Global("CTLPORT"));

    /// <summary>What tells a node apart from the others; the name chmpx shows for it is normalised, so it is none.</summary>
    public NodeKey KeyOf(IniSection node) =>
        new(node["CUK"] ?? string.Empty, PortOf(node, "CTLPORT") ?? 0);

    /// <summary>Whether a slave's entry is this host's own: its control port is SELFCTLPORT, where that is given, and its CUK, which may be a regular expression, fits SELFCUK.</summary>
    public bool IsSelf(IniSection slave) => slave.Name == IniSection.SlaveName && FitsSelf(slave);

    /// <summary>Whether a slave's entry is this host's own by its very CUK.</summary>
    public bool IsNamedSelf(IniSection slave) => slave.Name == IniSection.SlaveName && IsOnSelfControlPort(slave) && (Global("SELFCUK") ?? string.Empty) == (slave["CUK"] ?? string.Empty);

    /// <summary>This host's own entry, by its very CUK or else by a regular expression; null when there is none, and then chmpx exits at its start.</summary>
    public IniSection? FindSelf() => Slaves.FirstOrDefault(IsNamedSelf) ?? Slaves.FirstOrDefault(IsSelf);

    // chmpx takes -1, which is what it has where none is given, for any.
    private string? SelfControlPort => Global("SELFCTLPORT") is { } text && unchecked((short)Atoi.Of(text)) != -1 ? text : null;

    /// <summary>Whether chmpx can take a node, which may be a server, for itself.</summary>
    internal bool FitsSelf(IniSection node) => IsOnSelfControlPort(node) && CukPattern.IsMatch(Global("SELFCUK") ?? string.Empty, node["CUK"] ?? string.Empty);

    private bool IsOnSelfControlPort(IniSection node) =>
        SelfControlPort is not { } own || unchecked((short)Atoi.Of(own)) == unchecked((short)Atoi.Of(node["CTLPORT"] ?? Global("CTLPORT") ?? string.Empty));

    /// <summary>For each key of <c>[GLOBAL]</c> the line that counts, in the order of the keys' letters.</summary>
    public IEnumerable<IniLine> GlobalInOrderOfKeys() => LineIndex.LastOfEach(GlobalLinesOf(Sections)).Values.OrderBy(line => line.Key, StringComparer.Ordinal);

    private static LineIndex GlobalOf(ImmutableArray<IniSection> sections) => new([.. GlobalLinesOf(sections)]);

    private static IEnumerable<IniLine> GlobalLinesOf(ImmutableArray<IniSection> sections) => sections.Where(s => s.Name == IniSection.GlobalName).SelectMany(s => s.Lines);

    /// <summary>A node's port: its own key, else <c>[GLOBAL]</c>'s; null when that is not a port.</summary>
    public int? PortOf(IniSection node, string key) => PortOf(node[key] ?? Global(key));

    /// <summary>A port that chmpx can use: it keeps ports in a signed 16-bit number. What follows the digits is passed over, as chmpx does.</summary>
    public static int? PortOf(string? text) => text is not null && Atoi.Of(text) is > 0 and <= short.MaxValue and var port ? port : null;
}
