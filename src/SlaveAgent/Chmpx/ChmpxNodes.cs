using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>
/// The nodes of a configuration as chmpx has them (lib/chmutil.cc, sorted_insert_strmaparr): sections with one NAME and control port are one node, in which later keys
/// overwrite, also another CUK; a section without NAME is none.
/// </summary>
/// <param name="Self">This host's own; null when it is not listed.</param>
internal sealed record ChmpxNodes(ImmutableArray<IniSection> Servers, ImmutableArray<IniSection> Slaves, IniSection? Self)
{
    public static ChmpxNodes Of(IniDocument ini)
    {
        var slaves = Of(ini.Slaves);
        return new ChmpxNodes(Of(ini.Servers), slaves, ini.FindSelf(slaves));
    }

    /// <summary>The sections of each node, in the order of the first of each; those without NAME are left out.</summary>
    public static List<List<IniSection>> Group(IEnumerable<IniSection> sections)
    {
        var groups = new Dictionary<(string Section, string Name, string Port), List<IniSection>>();
        var order = new List<List<IniSection>>();
        foreach (var section in sections)
        {
            if (section["NAME"] is not { } name)
            {
                continue;
            }

            var key = (section.Name, name, section["CTLPORT"] ?? string.Empty);
            if (groups.TryGetValue(key, out var group))
            {
                group.Add(section);
            }
            else
            {
                groups[key] = [section];
                order.Add(groups[key]);
            }
        }

        return order;
    }

    /// <summary>All lines but those whose key a later section of the same node has, too.</summary>
    public static IniSection Merge(List<IniSection> group)
    {
        if (group.Count == 1)
        {
            return group[0];
        }

        var overwritten = new HashSet<string>(StringComparer.Ordinal);
        var kept = new ImmutableArray<IniLine>[group.Count];
        for (var i = group.Count - 1; i >= 0; i--)
        {
            kept[i] = [.. group[i].Lines.Where(line => line.Key is null || line.Value is null || !overwritten.Contains(line.Key))];
            overwritten.UnionWith(group[i].Lines.Where(line => line.Value is not null).Select(line => line.Key).OfType<string>());
        }

        return group[0] with { Lines = [.. kept.SelectMany(lines => lines)] };
    }

    private static ImmutableArray<IniSection> Of(IEnumerable<IniSection> sections) => [.. Group(sections).Select(Merge)];
}
