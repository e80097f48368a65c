using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Holds a slave's configuration against chmpx's rules (Chmpx/README.md, "Configuration file"; lib/chmconf.cc, LoadConfiguration), because chmpx exits, with code 0,
/// on a file that breaks one. Where chmpx is lenient by accident this is strict: numbers go through atoi there, a port above 32767
/// becomes negative, a misspelt section or a quote that is not closed loses a node without a word, a long CUK runs over its neighbour.
/// The rules about TLS are in <see cref="TlsCheck"/>.
/// </summary>
public static partial class IniCheck
{
    private static readonly string[] Required = ["GROUP", "FILEVERSION", "MODE", "DELIVERMODE", "SELFCTLPORT", "SELFCUK"];

    private static readonly string[] Switches = ["MQACK", "AUTOMERGE", "DOMERGE", "SSL", "SSL_VERIFY_PEER", "K2HFULLMAP"];

    private static readonly string[] Counts =
    [
        "MAXCHMPX", "REPLICA", "MAXMQSERVER", "MAXMQCLIENT", "MQPERATTACH", "MAXQPERSERVERMQ", "MAXQPERCLIENTMQ", "MAXMQPERCLIENT",
        "MAXHISTLOG", "SOCKTHREADCNT", "MQTHREADCNT", "MAXSOCKPOOL", "SOCKPOOLTIMEOUT", "MERGETIMEOUT", "RWTIMEOUT", "RETRYCNT",
        "CONTIMEOUT", "MQRWTIMEOUT", "MQRETRYCNT", "K2HMASKBIT", "K2HCMASKBIT", "K2HMAXELE",
    ];

    /// <summary>Below these chmpx ends, some of them by SIGFPE or SIGSEGV (seen on 1.0.113); for all others 0 will do.</summary>
    private static readonly Dictionary<string, int> Least = new(StringComparer.Ordinal)
    {
        ["MAXCHMPX"] = 1,
        ["MAXSOCKPOOL"] = 1,
        ["MAXMQSERVER"] = 1,
        ["MAXMQCLIENT"] = 1,
        ["MQPERATTACH"] = 1,
        ["MAXQPERSERVERMQ"] = 1,
        ["K2HMASKBIT"] = 2,
        ["K2HMAXELE"] = 1,
    };

    /// <summary>Beyond these it is busy for minutes before it answers, or cannot be ended any more (seen on 1.0.113).</summary>
    private static readonly Dictionary<string, int> Most = new(StringComparer.Ordinal)
    {
        ["SOCKTHREADCNT"] = 1000,
        ["MQTHREADCNT"] = 1000,
        ["MAXSOCKPOOL"] = 100_000,
        ["K2HMASKBIT"] = 16,
        ["K2HCMASKBIT"] = 16,
    };

    /// <summary>The k2hash table that chmpx makes at its start has 2 to the power of both masks' bits; with 16 that takes it 5 s, with 20 over a minute.</summary>
    private const int MostMaskBits = 16;

    /// <summary>What chmpx takes where a mask is not given (lib/k2hshm.h).</summary>
    private const int DefaultMaskBits = 8;
    private const int DefaultCollisionMaskBits = 4;

    private static readonly string[] KnownSections = [IniSection.GlobalName, IniSection.ServerName, IniSection.SlaveName];

    private const int LongestCuk = 2047;
    private const int LongestName = 1024;

    /// <param name="files">What is on this host; chmpx exits when a certificate is not.</param>
    /// <returns>Every broken rule; empty when chmpx will take the file.</returns>
    public static ImmutableArray<IniProblem> Check(IniDocument ini, HostFiles files)
    {
        var problems = ini.Problems.ToBuilder();
        CheckSections(ini, problems);
        CheckGlobal(ini, problems);
        foreach (var server in ini.Servers)
        {
            CheckServer(ini, server, problems);
        }

        foreach (var slave in ini.Slaves)
        {
            CheckNode(ini, slave, problems);
        }

        CheckSelf(ini, problems);
        TlsCheck.Check(ini, files, problems);
        return problems.ToImmutable();
    }

    private static void CheckSections(IniDocument ini, ImmutableArray<IniProblem>.Builder problems)
    {
        foreach (var name in KnownSections)
        {
            if (ini.Sections.All(s => s.Name != name))
            {
                problems.Add(new IniProblem(0, $"there is no [{name}] section"));
            }
        }

        foreach (var section in ini.Sections)
        {
            if (KnownSections.FirstOrDefault(known => known.Equals(section.Name.Trim(), StringComparison.OrdinalIgnoreCase)) is { } meant && meant != section.Name)
            {
                problems.Add(new IniProblem(section.Line, $"the section must be written [{meant}], not [{section.Name}], which chmpx passes over"));
            }

            foreach (var line in section.Lines)
            {
                if (line.Key is ['[', ..])
                {
                    problems.Add(new IniProblem(line.Number, $"\"{line.Key}\" must stand alone on its line to begin a section"));
                }
                else if (line.Key?.Contains("INCLUDE", StringComparison.Ordinal) is true)
                {
                    problems.Add(new IniProblem(line.Number, "INCLUDE would make chmpx read another file of this host"));
                }
                else if (line.Key is not null && line.Key.AsSpan().IndexOfAny("\"'\\#") >= 0)
                {
                    problems.Add(new IniProblem(line.Number, "a key must be plain: with quotes, backslashes or # in it chmpx may take it for another"));
                }
                else if (line is { Key: not null, Value: null })
                {
                    problems.Add(new IniProblem(line.Number, $"the value of {line.Key} has a quote or backslash without its partner"));
                }
            }
        }
    }

    private static void CheckGlobal(IniDocument ini, ImmutableArray<IniProblem>.Builder problems)
    {
        foreach (var key in Required.Where(key => string.IsNullOrEmpty(ini.Global(key))))
        {
            problems.Add(new IniProblem(ini.FindGlobal(key)?.Number ?? 0, $"[GLOBAL] must have {key}"));
        }

        CheckOneOf(ini.FindGlobal("MODE"), ["SLAVE"], problems);
        CheckOneOf(ini.FindGlobal("DELIVERMODE"), ["hash", "random"], problems);
        CheckOneOf(ini.FindGlobal("CHMPXIDTYPE"), ["NAME", "CUK", "CTLENDPOINTS", "CTLEPS", "CUSTOM"], problems);
        CheckOneOf(ini.FindGlobal("SSL_MIN_VER"), ["DEFAULT", "SSLV2", "SSLV3", "TLSV1.0", "TLSV1.1", "TLSV1.2", "TLSV1.3"], problems);
        foreach (var key in Switches)
        {
            CheckOneOf(ini.FindGlobal(key), ["on", "yes", "off", "no"], problems);
        }

        foreach (var line in Counts.Select(ini.FindGlobal).OfType<IniLine>())
        {
            CheckCount(line, problems);
        }

        CheckMasks(ini, problems);
        if (ini.FindGlobal("FILEVERSION") is { Value: { Length: > 0 } version } versionLine && ini.FileVersion is null)
        {
            problems.Add(new IniProblem(versionLine.Number, $"FILEVERSION must be a signed 32-bit number, not \"{version}\""));
        }

        CheckPort(ini.FindGlobal("PORT"), problems);
        CheckPort(ini.FindGlobal("CTLPORT"), problems);
        CheckPort(ini.FindGlobal("SELFCTLPORT"), problems);
        CheckLength(ini.FindGlobal("SELFCUK"), LongestCuk, problems);
        if (ini.FindGlobal("GROUP") is { Value: { Length: > 0 } group } groupLine && !Group().IsMatch(group))
        {
            problems.Add(new IniProblem(groupLine.Number, $"GROUP must be 1 to 200 letters, digits, dots, hyphens or underscores, for it names files, not \"{group}\""));
        }

        var nodes = ini.Servers.Count() + 1;
        if (ini.FindGlobal("MAXCHMPX") is { } most && int.TryParse(most.Value, out var room) && room > 0 && room < nodes)
        {
            problems.Add(new IniProblem(most.Number, $"MAXCHMPX is {room}, but the servers and this node are {nodes}"));
        }
    }

    private static void CheckServer(IniDocument ini, IniSection server, ImmutableArray<IniProblem>.Builder problems)
    {
        CheckNode(ini, server, problems);
        if (server.Find("PORT") is null && ini.FindGlobal("PORT") is null)
        {
            problems.Add(new IniProblem(server.Line, "the [SVRNODE] must have PORT, or [GLOBAL] for all"));
        }

        CheckPort(server.Find("PORT"), problems);
        CheckOneOf(server.Find("SSL"), ["on", "yes", "off", "no"], problems);
        CheckOneOf(server.Find("SSL_VERIFY_PEER"), ["on", "yes", "off", "no"], problems);
        switch (ini.Global("CHMPXIDTYPE")?.ToUpperInvariant())
        {
            case "CUSTOM" when string.IsNullOrEmpty(server["CUSTOM_ID_SEED"]):
                problems.Add(new IniProblem(server.Line, "the [SVRNODE] must have CUSTOM_ID_SEED, because CHMPXIDTYPE is CUSTOM"));
                break;
            case "CTLENDPOINTS" or "CTLEPS" when server.Find("ENDPOINTS") is null:
                problems.Add(new IniProblem(server.Line, "the [SVRNODE] must have ENDPOINTS, because CHMPXIDTYPE is CTLENDPOINTS"));
                break;
            default:
                break;
        }
    }

    private static void CheckNode(IniDocument ini, IniSection node, ImmutableArray<IniProblem>.Builder problems)
    {
        if (node["NAME"] is not { Length: > 0 } name)
        {
            problems.Add(new IniProblem(node.Line, $"the [{node.Name}] must have NAME"));
        }
        else if (!Name().IsMatch(name))
        {
            problems.Add(new IniProblem(node.Find("NAME")!.Number, $"NAME must be a host name, an address or a pattern, not \"{name}\""));
        }

        if (node.Find("CTLPORT") is null && ini.FindGlobal("CTLPORT") is null)
        {
            problems.Add(new IniProblem(node.Line, $"the [{node.Name}] must have CTLPORT, or [GLOBAL] for all"));
        }

        CheckPort(node.Find("CTLPORT"), problems);
        CheckLength(node.Find("NAME"), LongestName, problems);
        CheckLength(node.Find("CUK"), LongestCuk, problems);
        CheckLength(node.Find("CUSTOM_ID_SEED"), LongestCuk, problems);
        switch (ini.Global("CHMPXIDTYPE")?.ToUpperInvariant())
        {
            case "CUK" when string.IsNullOrEmpty(node["CUK"]):
                problems.Add(new IniProblem(node.Line, $"the [{node.Name}] must have CUK, because CHMPXIDTYPE is CUK"));
                break;
            case "CTLENDPOINTS" or "CTLEPS" when string.IsNullOrEmpty(node["CTLENDPOINTS"]):
                problems.Add(new IniProblem(node.Line, $"the [{node.Name}] must have CTLENDPOINTS, because CHMPXIDTYPE is CTLENDPOINTS"));
                break;
            default:
                break;
        }
    }

    private static void CheckSelf(IniDocument ini, ImmutableArray<IniProblem>.Builder problems)
    {
        if (ini.Global("SELFCUK") is { Length: > 0 } && ini.Slaves.Any() && !IsSelfListed(ini))
        {
            problems.Add(new IniProblem(
                ini.FindGlobal("SELFCUK")!.Number, "no [SLVNODE] has the CUK and control port of SELFCUK and SELFCTLPORT: this host is not listed"));
        }

        if (ini.FindSelf() is { } self && IsType(ini, "CUSTOM") && string.IsNullOrEmpty(self["CUSTOM_ID_SEED"]))
        {
            problems.Add(new IniProblem(self.Line, "this host's [SLVNODE] must have CUSTOM_ID_SEED, because CHMPXIDTYPE is CUSTOM"));
        }
    }

    /// <summary>Whether the node itself is among the slaves; chmpx exits at start when it is not.</summary>
    public static bool IsSelfListed(IniDocument ini) => ini.FindSelf() is not null;

    private static bool IsType(IniDocument ini, string type) => type.Equals(ini.Global("CHMPXIDTYPE"), StringComparison.OrdinalIgnoreCase);

    private static void CheckOneOf(IniLine? line, string[] allowed, ImmutableArray<IniProblem>.Builder problems)
    {
        if (line?.Value is { } value && !allowed.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(new IniProblem(line.Number, $"{line.Key} must be {string.Join(" or ", allowed)}, not \"{value}\""));
        }
    }

    private static void CheckCount(IniLine line, ImmutableArray<IniProblem>.Builder problems)
    {
        var least = Least.GetValueOrDefault(line.Key!);
        var most = Most.GetValueOrDefault(line.Key!, int.MaxValue);
        if (!int.TryParse(line.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < least || count > most)
        {
            problems.Add(new IniProblem(line.Number, $"{line.Key} must be a whole number from {least} to {most}, not \"{line.Value}\""));
        }
    }

    private static void CheckMasks(IniDocument ini, ImmutableArray<IniProblem>.Builder problems)
    {
        var mask = ini.FindGlobal("K2HMASKBIT");
        var collision = ini.FindGlobal("K2HCMASKBIT");
        var bits = BitsOf(mask, DefaultMaskBits) + BitsOf(collision, DefaultCollisionMaskBits);
        if (bits > MostMaskBits)
        {
            problems.Add(new IniProblem(
                (mask ?? collision)?.Number ?? 0, $"K2HMASKBIT and K2HCMASKBIT must be at most {MostMaskBits} together, not {bits}, or chmpx takes minutes to start"));
        }
    }

    // One that is out of its own bounds is reported as that.
    private static int BitsOf(IniLine? line, int otherwise) =>
        line is null ? otherwise : int.TryParse(line.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits <= MostMaskBits ? bits : 0;

    private static void CheckPort(IniLine? line, ImmutableArray<IniProblem>.Builder problems)
    {
        if (line is not null && IniDocument.PortOf(line.Value) is null)
        {
            problems.Add(new IniProblem(line.Number, $"{line.Key} must be a port from 1 to 32767, not \"{line.Value}\""));
        }
    }

    private static void CheckLength(IniLine? line, int longest, ImmutableArray<IniProblem>.Builder problems)
    {
        if (line?.Value is { } value && Encoding.UTF8.GetByteCount(value) > longest)
        {
            problems.Add(new IniProblem(line.Number, $"{line.Key} is longer than the {longest} bytes chmpx has room for"));
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,200}\z")]
    private static partial Regex Group();

    // A host name, an address, or chmpx's simple pattern: a list with commas, ranges in brackets.
    [GeneratedRegex(@"\A[^\s\[\]\p{C}]*(\[[^\s\[\]\p{C}]+\][^\s\[\]\p{C}]*)*\z")]
    private static partial Regex Name();
}
