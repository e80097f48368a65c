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
                    Append(text, line.WrittenKey, line.Written);
                }
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string key, string written) =>
        text.Append(key.PadRight(19)).Append(written.Length > 0 ? " = " : " =").Append(written).Append('\n');

    /// <summary>
    /// The same configuration with each node once. chmpx takes two sections with one NAME and control port for one node and lets the later
    /// keys overwrite, also another CUK (lib/chmutil.cc, sorted_insert_strmaparr): a host made again under its old name would lose its own entry
    /// to its predecessor's, so of those the entry with SELFCUK wins, and of servers the one that the ring shows.
    /// </summary>
    /// <param name="ring">The servers that chmpx shows, with whether each is up; null or empty when that is not known.</param>
    /// <returns>The configuration, and a warning for each node that stood there again.</returns>
    public static (IniDocument Ini, ImmutableArray<IniProblem> Warnings) NodesOnce(IniDocument ini, IReadOnlyDictionary<NodeKey, bool>? ring = null)
    {
        var once = new Dictionary<IniSection, IniSection?>(ReferenceEqualityComparer.Instance);
        var warnings = ImmutableArray.CreateBuilder<IniProblem>();
        foreach (var group in ChmpxNodes.Group(ini.Sections.Where(section => section.Name is IniSection.ServerName or IniSection.SlaveName)).Where(group => group.Count > 1))
        {
            var first = group[0];
            foreach (var again in group.Skip(1))
            {
                once[again] = null;
                warnings.Add(IniProblem.Note(IniCode.ListedAgain, again.Line, $"the [{again.Name}] {again["NAME"]} is listed again (first in line {first.Line}) and written once"));
            }

            once[first] = first.Name == IniSection.SlaveName
                ? ini.FindSelf(group) ?? ChmpxNodes.Merge(group)
                : ChmpxNodes.Merge([.. group.OrderBy(section => Evidence(ini, section, ring))]) with { Line = first.Line };
        }

        return once.Count == 0
            ? (ini, [])
            : (ini with { Sections = [.. ini.Sections.Select(section => once.TryGetValue(section, out var instead) ? instead : section).OfType<IniSection>()] }, warnings.ToImmutable());
    }

    /// <summary>What speaks for one of several entries of a server: the last of the highest counts.</summary>
    private static int Evidence(IniDocument ini, IniSection server, IReadOnlyDictionary<NodeKey, bool>? ring) =>
        ring is not null && ring.TryGetValue(ini.KeyOf(server), out var isUp) ? isUp ? 2 : 1 : 0;
}
