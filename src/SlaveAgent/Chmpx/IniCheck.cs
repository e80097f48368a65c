using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Gives chmpx's verdict on a slave's configuration (lib/chmconf.cc, LoadConfiguration; lib/chmimdata.cc, InitializeShm; 1.0.113), because chmpx exits on a file that breaks one of
/// its rules: with code 0 where it reloads it. Also finds what chmpx runs with and what does harm all the same: a port above 32767 becomes negative, a misspelt section or
/// a quote that is not closed loses a node without a word, a long CUK runs over its neighbour. Whether the own entry's NAME is this host is not judged here.
/// </summary>
public static class IniCheck
{
    /// <summary>chmpx has room for so many nodes at most (lib/chmstructure.h, MAX_CHMPX_COUNT).</summary>
    public const int MostSections = 32_768;

    /// <summary>chmpx knows some 60 keys.</summary>
    public const int MostKeys = 1000;

    /// <summary>So many problems are kept of one configuration, the last of which says how many more there are.</summary>
    public const int MostProblems = 100;

    private static readonly string[] KnownSections = [IniSection.GlobalName, IniSection.ServerName, IniSection.SlaveName];

    /// <param name="files">What is on this host; chmpx exits when a certificate is not.</param>
    /// <returns>What is wrong; empty when chmpx will take the file and no harm comes of it.</returns>
    public static ImmutableArray<IniProblem> Check(IniDocument ini, HostFiles files)
    {
        if (ini.Sections.Length > MostSections)
        {
            return [IniProblem.Harms(IniCode.TooManySections, 0, $"there are {ini.Sections.Length} sections, and chmpx has room for {MostSections} nodes")];
        }

        var problems = new List<IniProblem>(ini.Problems.Where(problem => problem.Effect != IniEffect.Note));
        var nodes = ChmpxNodes.Of(ini);
        CheckSections(ini, nodes, problems);
        GlobalRules.Check(ini, nodes, problems);
        NodeRules.Check(ini, nodes, problems);
        TlsCheck.Check(ini, nodes, files, problems);
        return IniProblem.First(MostProblems, problems);
    }

    private static void CheckSections(IniDocument ini, ChmpxNodes nodes, List<IniProblem> problems)
    {
        if (ini.Sections.All(section => section.Name != IniSection.GlobalName))
        {
            problems.Add(IniProblem.Ends(IniCode.SectionMissing, 0, "there is no [GLOBAL] section"));
        }

        if (nodes.Servers.IsEmpty)
        {
            problems.Add(IniProblem.Ends(IniCode.SectionMissing, 0, "there is no [SVRNODE] section with a NAME"));
        }

        foreach (var section in ini.Sections)
        {
            if (KnownSections.FirstOrDefault(known => known.Equals(section.Name.Trim(), StringComparison.OrdinalIgnoreCase)) is { } meant && meant != section.Name
                && (meant != IniSection.SlaveName || nodes.Self is null))
            {
                problems.Add(IniProblem.Harms(IniCode.SectionMisspelt, section.Line, $"the section must be written [{meant}], not [{section.Name}], which chmpx passes over"));
            }

            if (section.Lines.Length > MostKeys && section.Lines.Count(line => line.Key is not null) is > MostKeys and var keys)
            {
                problems.Add(IniProblem.Harms(IniCode.TooManyKeys, section.Line, $"the [{section.Name}] has {keys} keys, more than {MostKeys}"));
            }

            foreach (var line in section.Lines)
            {
                if (line.Key is not null)
                {
                    CheckLine(line, problems);
                }
            }
        }
    }

    private static void CheckLine(IniLine line, List<IniProblem> problems)
    {
        if (line.Key is ['[', ..] && KnownSections.Any(known => line.Key.StartsWith($"[{known}]", StringComparison.OrdinalIgnoreCase)))
        {
            problems.Add(IniProblem.Harms(IniCode.SectionNotAlone, line.Number, $"\"{line.Key}\" must stand alone on its line to begin a section"));
        }
        else if (line.WrittenKey.StartsWith("INCLUDE", StringComparison.Ordinal))
        {
            problems.Add(IniProblem.Harms(IniCode.Include, line.Number, "INCLUDE would make chmpx read another file of this host"));
        }
        else if (line.Value is null && KnownKeys.MatterInDamagedLine(line.WrittenKey))
        {
            problems.Add(IniProblem.Harms(IniCode.UnreadableLine, line.Number, $"chmpx throws the line of {line.WrittenKey} away: it has a quote or backslash without its partner"));
        }
    }
}
