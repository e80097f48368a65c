using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace SlaveAgent.Chmpx;

/// <summary>Writes a configuration as the agent puts it in place: same sections, keys, values and comments, one layout, its own generation.</summary>
public static class IniWriter
{
    private const string FileVersion = "FILEVERSION";

    /// <param name="generation">Stamped as FILEVERSION; from 1, below 2^31.</param>
    public static string Write(IniDocument ini, int generation)
    {
        var text = new StringBuilder(4096);
        text.Append("# Written by k2hdkc-slave-agent from the role's resource in K2HR3. Changes made here are replaced.\n");
        var stamped = false;
        foreach (var section in ini.Sections)
        {
            text.Append("\n[").Append(section.Name).Append("]\n");
            if (section.Name == IniSection.GlobalName && !stamped)
            {
                stamped = true;
                Append(text, FileVersion, generation.ToString(CultureInfo.InvariantCulture));
            }

            foreach (var line in section.Lines)
            {
                if (line.Key is null)
                {
                    text.Append(line.Written).Append('\n');
                }
                else if (line.Key != FileVersion || section.Name != IniSection.GlobalName)
                {
                    Append(text, line.Key, line.Written);
                }
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string key, string written) =>
        text.Append(key.PadRight(19)).Append(written.Length > 0 ? " = " : " =").Append(written).Append('\n');

    /// <summary>
    /// The same configuration with each node once. chmpx takes two sections with one NAME and control port for one node and lets the later
    /// keys overwrite, also another CUK (lib/chmutil.cc, sorted_insert_strmaparr): a host made anew under its old name would lose its own entry
    /// to its predecessor's, so of those the entry with SELFCUK wins.
    /// </summary>
    /// <returns>The configuration, and a warning for each node that stood there again.</returns>
    public static (IniDocument Ini, ImmutableArray<IniProblem> Warnings) NodesOnce(IniDocument ini)
    {
        var groups = new Dictionary<(string Section, string? Name, string? Port), List<IniSection>>();
        var order = new List<List<IniSection>>(ini.Sections.Length);
        var warnings = ImmutableArray.CreateBuilder<IniProblem>();
        foreach (var section in ini.Sections)
        {
            if (section.Name is not (IniSection.ServerName or IniSection.SlaveName))
            {
                order.Add([section]);
                continue;
            }

            var key = (section.Name, section["NAME"], section["CTLPORT"]);
            if (groups.TryGetValue(key, out var group))
            {
                warnings.Add(new IniProblem(section.Line, $"the [{section.Name}] {section["NAME"]} is listed again (first in line {group[0].Line}) and written once"));
                group.Add(section);
            }
            else
            {
                groups[key] = [section];
                order.Add(groups[key]);
            }
        }

        return (ini with { Sections = [.. order.Select(group => group.Count == 1 ? group[0] : group.Find(section => IsSelf(ini, section)) ?? Merge(group))] }, warnings.ToImmutable());
    }

    private static bool IsSelf(IniDocument ini, IniSection section) =>
        section.Name == IniSection.SlaveName && section["CUK"] is { Length: > 0 } cuk && cuk == ini.Global("SELFCUK");

    /// <summary>All lines but those whose key a later section of the same node has, too.</summary>
    private static IniSection Merge(List<IniSection> group)
    {
        var overwritten = new HashSet<string>(StringComparer.Ordinal);
        var kept = new ImmutableArray<IniLine>[group.Count];
        for (var i = group.Count - 1; i >= 0; i--)
        {
            kept[i] = [.. group[i].Lines.Where(line => line.Key is null || !overwritten.Contains(line.Key))];
            overwritten.UnionWith(group[i].Lines.Select(line => line.Key).OfType<string>());
        }

        return group[0] with { Lines = [.. kept.SelectMany(lines => lines)] };
    }
}
