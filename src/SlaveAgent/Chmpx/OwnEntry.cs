using System.Collections.Immutable;
using System.Net;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Reduces a configuration to what a slave's chmpx needs: the servers and the slave's own entry. chmpx 1.0.113 uses the entries of other slaves for the
/// access list of its own control port and for nothing else; it resolves each of them at each poll of that port (0.9, 13 and 37 ms of CPU for 0, 50 and 150
/// of them), reloads when one comes or goes, and exits at its start on one that is wrong. Pure.
/// </summary>
public static class OwnEntry
{
    private static readonly string[] AddressKeys = ["CTLENDPOINTS", "ENDPOINTS", "FORWARD_PEERS", "REVERSE_PEERS", "NAME"];

    /// <param name="addresses">This host's addresses; of several own entries the one with one of them is kept, else the last, as chmpx would take it.</param>
    /// <returns>The configuration without the entries of other slaves, and what a person should know of them.</returns>
    public static (IniDocument Ini, ImmutableArray<IniProblem> Warnings) Only(IniDocument ini, IReadOnlySet<string> addresses)
    {
        var kept = Find(ini, addresses);
        var dropped = ini.Slaves.Where(slave => !ReferenceEquals(slave, kept)).ToList();
        return dropped.Count == 0 ? (ini, []) : (Without(ini, dropped), Warnings(ini, kept, dropped));
    }

    /// <summary>Leaves out the entries of other slaves on which chmpx would end, or which would do harm: what is wrong with one must not keep this host from its servers.</summary>
    /// <returns>The configuration, and each entry that is left out.</returns>
    public static (IniDocument Ini, ImmutableArray<IniProblem> Warnings) WithoutWrongOthers(IniDocument ini, IReadOnlySet<string> addresses, HostFiles files)
    {
        var kept = Find(ini, addresses);
        var rules = TlsCheck.RulesOf(ini, ChmpxNodes.Of(ini));
        var inText = new Dictionary<IniSection, IniProblem>(ReferenceEqualityComparer.Instance);
        foreach (var problem in ini.Problems.Where(problem => problem.Effect != IniEffect.Note))
        {
            if (SectionAt(ini, problem.Line) is { } section)
            {
                inText.TryAdd(section, problem);
            }
        }

        var wrong = new List<IniSection>();
        var warnings = ImmutableArray.CreateBuilder<IniProblem>();
        var problems = new List<IniProblem>();
        foreach (var slave in ini.Slaves.Where(slave => !ReferenceEquals(slave, kept)))
        {
            problems.Clear();
            if (slave["NAME"] is null)
            {
                problems.Add(IniProblem.Ends(IniCode.NameMissing, slave.Line, "the [SLVNODE] must have NAME"));
            }

            NodeRules.CheckAnySlave(ini, slave, problems);
            TlsCheck.CheckSlave(ini, slave, rules, files, problems);
            if ((problems.FirstOrDefault() ?? inText.GetValueOrDefault(slave)) is { } problem)
            {
                wrong.Add(slave);
                warnings.Add(IniProblem.Note(IniCode.OtherSlaveLeftOut, slave.Line, $"the entry of another slave, {slave["NAME"] ?? slave["CUK"] ?? "without a name"}, is left out: {problem.Message}"));
            }
        }

        return wrong.Count == 0 ? (ini, []) : (Without(ini, wrong), warnings.ToImmutable());
    }

    private static IniSection? Find(IniDocument ini, IReadOnlySet<string> addresses)
    {
        var own = ini.Slaves.Where(ini.IsNamedSelf).ToList();
        if (own.Count == 0)
        {
            own = [.. ini.Slaves.Where(ini.IsSelf)];
        }

        return own.LastOrDefault(entry => HasAddress(entry, addresses)) ?? own.LastOrDefault(entry => entry["NAME"] is not null) ?? own.LastOrDefault() ?? ini.Slaves.FirstOrDefault(ini.HasSelfCuk);
    }

    private static IniDocument Without(IniDocument ini, List<IniSection> dropped)
    {
        var gone = new HashSet<IniSection>(dropped, ReferenceEqualityComparer.Instance);
        return ini with
        {
            Sections = [.. ini.Sections.Where(section => !gone.Contains(section))],
            Problems = [.. ini.Problems.Where(problem => SectionAt(ini, problem.Line) is not { } section || !gone.Contains(section))],
        };
    }

    /// <summary>The section that a line stands in; null before the first. Lines only grow, so that a thousand problems in ten thousand sections stay cheap.</summary>
    private static IniSection? SectionAt(IniDocument ini, int line)
    {
        var (low, high) = (0, ini.Sections.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ini.Sections[middle].Line <= line ? (middle + 1, high) : (low, middle);
        }

        return low == 0 ? null : ini.Sections[low - 1];
    }

    private static ImmutableArray<IniProblem> Warnings(IniDocument ini, IniSection? kept, List<IniSection> dropped)
    {
        if (kept is null)
        {
            return [];
        }

        var warnings = ImmutableArray.CreateBuilder<IniProblem>();
        foreach (var other in dropped)
        {
            if (ini.IsNamedSelf(other))
            {
                // K2HR3 keeps hosts by address and CUK: after a change of address the old entry stays until an administrator removes it.
                if (!SameLines(kept, other))
                {
                    warnings.Add(IniProblem.Note(
                        IniCode.OwnEntryAgain, other.Line, $"this host is listed a second time as {other["NAME"]} ({Address(other)}), which only an administrator of K2HR3 can remove"));
                }
            }
            else if (other["NAME"] is { Length: > 0 } name && name.Equals(kept["NAME"], StringComparison.OrdinalIgnoreCase))
            {
                warnings.Add(IniProblem.Note(
                    IniCode.NameTaken, other.Line, $"another slave, with the CUK {other["CUK"]}, has this host's name {name}: servers refuse the one that connects second"));
            }
        }

        return warnings.ToImmutable();
    }

    private static bool HasAddress(IniSection entry, IReadOnlySet<string> addresses) =>
        addresses.Count > 0 && HostsOf(entry).Any(addresses.Contains);

    /// <summary>The addresses by which an entry can be reached; names are left out.</summary>
    public static IEnumerable<string> AddressesOf(IniSection entry) => HostsOf(entry).Where(host => IPAddress.TryParse(host, out _)).Distinct();

    private static IEnumerable<string> HostsOf(IniSection entry) => AddressKeys.SelectMany(key => Hosts(entry[key]));

    private static string Address(IniSection entry) =>
        HostsOf(entry).FirstOrDefault() ?? "no address";

    private static IEnumerable<string> Hosts(string? value) => (value ?? string.Empty)
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(HostOf);

    // "10.0.0.1:8031", "[fd00::1]:8031", "10.0.0.1" or a bare IPv6 address.
    private static string HostOf(string endpoint) =>
        endpoint is ['[', ..] && endpoint.IndexOf(']') is > 0 and var end ? endpoint[1..end]
        : endpoint.IndexOf(':') is > 0 and var colon && endpoint.LastIndexOf(':') == colon ? endpoint[..colon]
        : endpoint;

    private static bool SameLines(IniSection a, IniSection b) =>
        a.Lines.Where(line => line.Key is not null).Select(line => (line.Key, line.Value))
            .SequenceEqual(b.Lines.Where(line => line.Key is not null).Select(line => (line.Key, line.Value)));
}
