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
        ini = string.IsNullOrEmpty(ini.Global("MODE")) ? PutIn(ini, "MODE", "SLAVE", notes) : ini;
        ini = string.IsNullOrEmpty(ini.Global("SELFCUK")) ? PutIn(ini, "SELFCUK", cuk, notes) : ini;
        ini = string.IsNullOrEmpty(ini.SelfControlPort) && ControlPortOf(ini) is { } port ? PutIn(ini, "SELFCTLPORT", port.ToString(CultureInfo.InvariantCulture), notes) : ini;
        return (WithBrackets(ini, notes), notes.ToImmutable());
    }

    private static int? ControlPortOf(IniDocument ini) =>
        (ini.Slaves.FirstOrDefault(ini.HasSelfCuk) ?? ini.Slaves.FirstOrDefault(ini.FitsSelfCuk)) is { } own ? ini.PortOf(own, "CTLPORT") : null;

    private static IniDocument PutIn(IniDocument ini, string key, string value, ImmutableArray<IniProblem>.Builder notes)
    {
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
                if (sections[i].Find(key) is not { Value: { } list } line || !list.Contains("::", StringComparison.Ordinal) || ini.PortOf(sections[i], portKey) is not { } port)
                {
                    continue;
                }

                var entries = list.Split(',').Select(entry => WithBrackets(entry, port)).ToList();
                foreach (var entry in entries.Where(MayHavePort))
                {
                    notes.Add(IniProblem.Note(
                        IniCode.PortInAddress, line.Number, $"chmpx takes all of {entry.Trim()} in {key} for an IPv6 address and {port} for its port; an address with a port is written in brackets, [address]:port"));
                }

                if (string.Join(',', entries) is var repaired && repaired != list)
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

    /// <summary>The last group of an address reads like a port, and without it the rest is an address, too.</summary>
    private static bool MayHavePort(string entry) => entry.Trim() is { Length: < 64 } text && text.LastIndexOf(':') is > 0 and var colon && text.Length - colon == 5
        && text[(colon + 1)..].All(char.IsAsciiDigit) && text[colon + 1] != '0' && IsAddress(text) && IsAddress(text[..colon]);

    private static bool IsAddress(string text) => text[0] != '[' && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;
}
