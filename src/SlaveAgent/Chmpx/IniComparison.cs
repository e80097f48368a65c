namespace SlaveAgent.Chmpx;

/// <summary>Compares two configurations as far as they differ for chmpx: FILEVERSION, DATE, comments, layout and the order of nodes do not count.</summary>
public static class IniComparison
{
    private static readonly HashSet<string> Uncounted = new(StringComparer.Ordinal) { "FILEVERSION", "DATE" };

    /// <summary>What chmpx reads at its start only (Chmpx/README.md, "Restart").</summary>
    private static readonly string[] FixedAtStart =
    [
        "GROUP", "CHMPXIDTYPE", "DELIVERMODE", "CTLPORT", "SELFCTLPORT", "SELFCUK", "MAXCHMPX",
        "MAXMQSERVER", "MAXMQCLIENT", "MQPERATTACH", "MAXQPERSERVERMQ", "MAXQPERCLIENTMQ", "MAXMQPERCLIENT",
    ];

    public static bool SaysTheSame(IniDocument a, IniDocument b) =>
        Summary(a, IniSection.GlobalName).SequenceEqual(Summary(b, IniSection.GlobalName))
        && Summary(a, IniSection.ServerName).SequenceEqual(Summary(b, IniSection.ServerName))
        && Summary(a, IniSection.SlaveName).SequenceEqual(Summary(b, IniSection.SlaveName))
        && OtherSections(a).SequenceEqual(OtherSections(b));

    /// <summary>What chmpx keeps of a server it already knows, although it shows the new FILEVERSION (lib/chmstructure.tcc, the match of known servers).</summary>
    private static readonly string[] FixedPerServer =
    [
        "PORT", "SSL", "SSL_VERIFY_PEER", "CAPATH", "SERVER_CERT", "SERVER_PRIKEY", "SLAVE_CERT", "SLAVE_PRIKEY",
    ];

    /// <summary>Of the servers that have one key so many are compared with one that changed, so that the work stays in proportion.</summary>
    private const int MostCompared = 16;

    /// <summary>The keys that changed and that chmpx only takes when it is started again; empty when a reload will do.</summary>
    public static IReadOnlyList<string> NeedingRestart(IniDocument before, IniDocument after)
    {
        var changed = FixedAtStart.Where(key => before.Global(key) != after.Global(key)).ToList();
        var known = before.Servers.ToLookup(before.KeyOf);
        var same = before.Servers.Select(server => (before.KeyOf(server), FixedValues(before, server))).ToHashSet();
        foreach (var server in after.Servers.Where(server => !same.Contains((after.KeyOf(server), FixedValues(after, server)))))
        {
            // Some rings give their servers no CUK, so that a key can stand for several of them: the nearest tells what changed.
            var changes = known[after.KeyOf(server)].Take(MostCompared).Select(old => FixedPerServer
                .Where(key => (old[key] ?? before.Global(key)) != (server[key] ?? after.Global(key))).ToList()).ToList();
            if (changes.Count > 0)
            {
                changed.AddRange(changes.MinBy(keys => keys.Count)!.Except(changed));
            }
        }

        return changed;
    }

    private static string FixedValues(IniDocument ini, IniSection server) => string.Join('\n', FixedPerServer.Select(key => server[key] ?? ini.Global(key) ?? "\0"));

    private static IEnumerable<string> Summary(IniDocument ini, string name) => name == IniSection.GlobalName
        ? ini.GlobalInOrderOfKeys().Where(line => !Uncounted.Contains(line.Key!)).Select(line => $"{line.Key}={line.Value}")
        : ini.Sections.Where(s => s.Name == name).Select(Summary).Order(StringComparer.Ordinal);

    private static IEnumerable<string> OtherSections(IniDocument ini) =>
        ini.Sections
            .Where(s => s.Name is not (IniSection.GlobalName or IniSection.ServerName or IniSection.SlaveName))
            .Select(s => $"[{s.Name}]\n{Summary(s)}");

    private static string Summary(IniSection section) => string.Join('\n', section.InOrderOfKeys().Select(line => $"{line.Key}={line.Value}"));
}
