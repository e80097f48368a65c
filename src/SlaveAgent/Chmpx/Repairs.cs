using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Puts into a configuration what the agent knows better than its text: this host's CUK and control port and its mode, where they are left out, and the port of an IPv6 address that
/// stands there without brackets, which chmpx reads as a part of the address. Pure.
/// </summary>
public static class Repairs
{
    /// <param name="cuk">This host's own.</param>
    /// <returns>The configuration, and a note for each repair.</returns>
    public static (IniDocument Ini, ImmutableArray<IniProblem> Notes) Make(IniDocument ini, string cuk)
    {
        var notes = ImmutableArray.CreateBuilder<IniProblem>();
        ini = PutIn(ini, "MODE", "SLAVE", notes);
        ini = PutIn(ini, "SELFCUK", cuk, notes);
        if (IniDocument.PortOf(ini.Global("SELFCTLPORT")) is null && (ini.Global("SELFCTLPORT") is null or "" or "-1") && ControlPortOf(ini, cuk) is { } port)
        {
            ini = PutIn(ini, "SELFCTLPORT", port.ToString(CultureInfo.InvariantCulture), notes);
        }

        return (WithBrackets(ini, notes), notes.ToImmutable());
    }

    private static int? ControlPortOf(IniDocument ini, string cuk)
    {
        var own = ini.Slaves.FirstOrDefault(slave => slave["CUK"] == cuk) ?? ini.Slaves.FirstOrDefault(slave => CukPattern.IsMatch(cuk, slave["CUK"] ?? string.Empty));
        return own is null ? null : ini.PortOf(own, "CTLPORT");
    }

    private static IniDocument PutIn(IniDocument ini, string key, string value, ImmutableArray<IniProblem>.Builder notes)
    {
        if (ini.Global(key) is { Length: > 0 } given && (key != "SELFCTLPORT" || given != "-1"))
        {
            return ini;
        }

        var isFirst = true;
        var sections = ini.Sections.Select(section =>
        {
            if (section.Name != IniSection.GlobalName)
            {
                return section;
            }

            var lines = section.Lines.RemoveAll(line => line.Key == key);
            if (isFirst)
            {
                isFirst = false;
                notes.Add(IniProblem.Note(IniCode.Repaired, section.Line, $"[GLOBAL] has no {key}; {value} is put in"));
                lines = lines.Add(new IniLine(section.Line, key, value, value));
            }

            return section with { Lines = lines };
        });
        return ini with { Sections = [.. sections] };
    }

    private static IniDocument WithBrackets(IniDocument ini, ImmutableArray<IniProblem>.Builder notes)
    {
        var sections = ini.Sections.ToBuilder();
        var isChanged = false;
        for (var i = 0; i < sections.Count; i++)
        {
            if (sections[i].Name is not (IniSection.ServerName or IniSection.SlaveName))
            {
                continue;
            }

            foreach (var (key, portKey) in new[] { ("ENDPOINTS", "PORT"), ("CTLENDPOINTS", "CTLPORT") })
            {
                if (sections[i].Find(key) is { Value: { } list } line && ini.PortOf(sections[i], portKey) is { } port
                    && string.Join(',', list.Split(',').Select(entry => WithBrackets(entry, port))) is var repaired && repaired != list)
                {
                    notes.Add(IniProblem.Note(IniCode.Repaired, line.Number, $"{key} {list} has an IPv6 address without brackets, which chmpx would read the port into; {repaired} is written"));
                    sections[i] = sections[i] with { Lines = sections[i].Lines.Replace(line, line with { Written = repaired, Value = repaired }) };
                    isChanged = true;
                }
            }
        }

        return isChanged ? ini with { Sections = sections.ToImmutable() } : ini;
    }

    /// <summary>Where the last group is the node's own port, it is one: nobody has an address with that group and no port by chance.</summary>
    private static string WithBrackets(string entry, int port)
    {
        var text = entry.Trim();
        var end = string.Create(CultureInfo.InvariantCulture, $":{port}");
        return text.Length < 64 && text.EndsWith(end, StringComparison.Ordinal) && text.Contains("::", StringComparison.Ordinal) && IsAddress(text) && IsAddress(text[..^end.Length])
            ? $"[{text[..^end.Length]}]{end}"
            : entry;
    }

    private static bool IsAddress(string text) => text[0] != '[' && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;
}
