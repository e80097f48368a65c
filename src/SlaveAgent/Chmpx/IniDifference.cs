using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>In what two configurations differ for chmpx, server by server; the layout, FILEVERSION, DATE and the order of nodes do not count. Pure.</summary>
/// <param name="Added">Names of servers that only the later one has, in its order.</param>
/// <param name="Removed">Names of servers that only the earlier one has.</param>
/// <param name="Changed">Names of servers that both have, with other keys; also of one that was made again under its name.</param>
/// <param name="Others">What else differs, such as <c>[GLOBAL] GROUP</c> or <c>[SLVNODE]</c>.</param>
public sealed record IniDifference(ImmutableArray<string> Added, ImmutableArray<string> Removed, ImmutableArray<string> Changed, ImmutableArray<string> Others)
{
    /// <param name="before">Null: there was none, and all is added.</param>
    public static IniDifference Of(IniDocument? before, IniDocument now)
    {
        var (old, current) = (ByKey(before), ByKey(now));
        var added = current.Where(server => !old.ContainsKey(server.Key)).Select(server => server.Value.Name).ToList();
        var removed = old.Where(server => !current.ContainsKey(server.Key)).Select(server => server.Value.Name).ToList();
        var again = added.Intersect(removed, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        var changed = current.Where(server => old.TryGetValue(server.Key, out var earlier) && IniComparison.Summary(earlier.Section) != IniComparison.Summary(server.Value.Section))
            .Select(server => server.Value.Name).Concat(again);
        return new IniDifference(
            [.. added.Where(name => !again.Contains(name))], [.. removed.Where(name => !again.Contains(name))], [.. changed], before is null ? [] : OthersOf(before, now));
    }

    private static Dictionary<NodeKey, ServerNode> ByKey(IniDocument? ini) => ini is null ? [] : ini.ServerNodes.All.ToDictionary(server => server.Key);

    private static ImmutableArray<string> OthersOf(IniDocument before, IniDocument now)
    {
        var (old, current) = (GlobalsOf(before), GlobalsOf(now));
        var globals = old.Keys.Union(current.Keys, StringComparer.Ordinal).Where(key => old.GetValueOrDefault(key) != current.GetValueOrDefault(key))
            .Order(StringComparer.Ordinal).Select(key => $"[{IniSection.GlobalName}] {key}");
        var sections = before.Sections.Concat(now.Sections).Select(section => section.Name).Where(name => name is not (IniSection.GlobalName or IniSection.ServerName))
            .Distinct(StringComparer.Ordinal).Where(name => !IniComparison.Summary(before, name).SequenceEqual(IniComparison.Summary(now, name))).Select(name => $"[{name}]");
        return [.. globals, .. sections];
    }

    private static Dictionary<string, string?> GlobalsOf(IniDocument ini) =>
        ini.GlobalInOrderOfKeys().Where(IniComparison.Counts).ToDictionary(line => line.Key!, line => line.Value, StringComparer.Ordinal);
}
