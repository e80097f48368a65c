namespace SlaveAgent.Chmpx;

/// <summary>Compares two configurations as far as they differ for chmpx: FILEVERSION, DATE, comments, layout and the order of nodes do not count.</summary>
public static class IniComparison
{
    private static readonly HashSet<string> Uncounted = new(StringComparer.Ordinal) { "FILEVERSION", "DATE" };

    public static bool SaysTheSame(IniDocument a, IniDocument b) =>
        Summary(a, IniSection.GlobalName).SequenceEqual(Summary(b, IniSection.GlobalName))
        && Summary(a, IniSection.ServerName).SequenceEqual(Summary(b, IniSection.ServerName))
        && Summary(a, IniSection.SlaveName).SequenceEqual(Summary(b, IniSection.SlaveName))
        && OtherSections(a).SequenceEqual(OtherSections(b));

    /// <summary>Whether a line of <c>[GLOBAL]</c> says something to chmpx.</summary>
    internal static bool Counts(IniLine line) => !Uncounted.Contains(line.Key!);

    internal static IEnumerable<string> Summary(IniDocument ini, string name) => name == IniSection.GlobalName
        ? ini.GlobalInOrderOfKeys().Where(Counts).Select(line => $"{line.Key}={line.Value}")
        : ini.Sections.Where(s => s.Name == name).Select(Summary).Order(StringComparer.Ordinal);

    private static IEnumerable<string> OtherSections(IniDocument ini) =>
        ini.Sections
            .Where(s => s.Name is not (IniSection.GlobalName or IniSection.ServerName or IniSection.SlaveName))
            .Select(s => $"[{s.Name}]\n{Summary(s)}");

    internal static string Summary(IniSection section) => string.Join('\n', section.InOrderOfKeys().Select(line => $"{line.Key}={line.Value}"));
}
