using System.Text;

namespace SlaveAgent.Chmpx;

/// <summary>chmpx's rules about <c>[GLOBAL]</c>.</summary>
internal static class GlobalRules
{
    private static readonly string[] Required = ["GROUP", "FILEVERSION", "DELIVERMODE"];

    private static readonly string[] Switches = ["MQACK", "AUTOMERGE", "DOMERGE", "SSL", "SSL_VERIFY_PEER", "K2HFULLMAP"];

    private static readonly string[] IdTypes = ["NAME", "CUK", "CTLENDPOINTS", "CTLEPS", "CUSTOM"];

    private static readonly string[] TlsVersions = ["", "DEFAULT", "SSLV2", "SSLV3", "TLSV1.0", "TLSV1.1", "TLSV1.2", "TLSV1.3"];

    internal static readonly string[] OnOrOff = ["on", "yes", "off", "no"];

    /// <summary>
    /// The numbers that chmpx does not bear (seen on 1.0.113): below the least it ends, some by SIGFPE or SIGSEGV; outside of the others it runs and does harm: sizes below 0 are sizes of its
    /// memory, -2 retries never end, and with more threads or sockets it is busy for minutes or cannot be ended any more. A key that is not here may have any number.
    /// </summary>
    private static readonly (string Key, int EndsBelow, int HarmsBelow, int HarmsAbove)[] Numbers =
    [
        ("MAXCHMPX", 1, 1, int.MaxValue),
        ("MAXMQSERVER", int.MinValue, 0, int.MaxValue),
        ("MAXMQCLIENT", int.MinValue, 0, int.MaxValue),
        ("MQPERATTACH", int.MinValue, 1, int.MaxValue),
        ("MAXQPERCLIENTMQ", int.MinValue, 0, int.MaxValue),
        ("MAXMQPERCLIENT", int.MinValue, 0, int.MaxValue),
        ("MAXHISTLOG", int.MinValue, 0, int.MaxValue),
        ("SOCKTHREADCNT", 0, 0, 1000),
        ("MQTHREADCNT", 0, 0, 1000),
        ("MAXSOCKPOOL", 1, 1, 100_000),
        ("SOCKPOOLTIMEOUT", 0, 0, int.MaxValue),
        ("RETRYCNT", int.MinValue, -1, int.MaxValue),
        ("MQRETRYCNT", int.MinValue, -1, int.MaxValue),
        ("K2HMASKBIT", 2, 2, MostMaskBits),
        ("K2HCMASKBIT", int.MinValue, 0, MostMaskBits),
        ("K2HMAXELE", 1, 1, int.MaxValue),
    ];

    /// <summary>The k2hash table that chmpx makes at its start has 2 to the power of both masks' bits; with 16 that takes it 5 s, with 20 over a minute.</summary>
    private const int MostMaskBits = 16;

    /// <summary>What chmpx takes where a mask is not given (lib/k2hshm.h).</summary>
    private const int DefaultMaskBits = 8;
    private const int DefaultCollisionMaskBits = 4;

    /// <summary>Of the name of a message queue the kernel has room for 255 bytes: GROUP, a dot and 16 digits.</summary>
    private const int LongestGroup = 238;

    internal const int LongestCuk = 2047;

    public static void Check(IniDocument ini, ChmpxNodes nodes, List<IniProblem> problems)
    {
        foreach (var key in Required.Where(key => ini.FindGlobal(key) is null))
        {
            problems.Add(IniProblem.Ends(IniCode.KeyMissing, 0, $"[GLOBAL] must have {key}"));
        }

        CheckGroup(ini.FindGlobal("GROUP"), problems);
        CheckMode(ini, nodes, problems);
        CheckOneOf(ini.FindGlobal("DELIVERMODE"), ["hash", "random"], problems);
        CheckOneOf(ini.FindGlobal("CHMPXIDTYPE"), IdTypes, problems);
        CheckOneOf(ini.FindGlobal("SSL_MIN_VER"), TlsVersions, problems);
        foreach (var key in Switches)
        {
            CheckOneOf(ini.FindGlobal(key), OnOrOff, problems);
        }

        foreach (var number in Numbers)
        {
            CheckNumber(ini.FindGlobal(number.Key), number.EndsBelow, number.HarmsBelow, number.HarmsAbove, problems);
        }

        if (Atoi.Of(ini.Global("MAXMQSERVER") ?? "1") > 0)
        {
            // chmpx ends on it when it opens the servers' queues, if there are any.
            CheckNumber(ini.FindGlobal("MAXQPERSERVERMQ"), 1, 1, int.MaxValue, problems);
        }

        CheckMasks(ini, problems);
        CheckLength(ini.FindGlobal("SELFCUK"), LongestCuk, problems);
        CheckPlaces(ini, nodes, problems);
    }

    public static void CheckOneOf(IniLine? line, string[] allowed, List<IniProblem> problems)
    {
        if (line?.Value is { } value && !allowed.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(IniProblem.Ends(IniCode.UnknownValue, line.Number, $"{line.Key} must be {string.Join(" or ", allowed.Where(name => name.Length > 0))}, not \"{value}\""));
        }
    }

    public static void CheckLength(IniLine? line, int longest, List<IniProblem> problems)
    {
        if (line?.Value is { } value && Encoding.UTF8.GetByteCount(value) > longest)
        {
            problems.Add(IniProblem.Harms(IniCode.TooLong, line.Number, $"{line.Key} is longer than the {longest} bytes chmpx has room for"));
        }
    }

    private static void CheckGroup(IniLine? line, List<IniProblem> problems)
    {
        if (line?.Value is { } group && (group.Length == 0 || group.Contains('/', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(group) > LongestGroup))
        {
            problems.Add(IniProblem.Ends(IniCode.GroupUnusable, line.Number, $"GROUP must be 1 to {LongestGroup} bytes without a slash, for it names files, not \"{group}\""));
        }
    }

    private static void CheckMode(IniDocument ini, ChmpxNodes nodes, List<IniProblem> problems)
    {
        CheckOneOf(ini.FindGlobal("MODE"), ["SLAVE", "SERVER"], problems);
        var isServer = "SERVER".Equals(ini.Global("MODE"), StringComparison.OrdinalIgnoreCase);
        if (nodes.Servers.FirstOrDefault(ini.FitsSelf) is { } same)
        {
            problems.Add(IniProblem.Harms(IniCode.UnknownValue, same.Line, "the [SVRNODE] has this slave's CUK and control port: chmpx would take itself for that server, or end"));
        }
        else if (isServer)
        {
            problems.Add(IniProblem.Ends(IniCode.UnknownValue, ini.FindGlobal("MODE")!.Number, "MODE must be SLAVE, not SERVER"));
        }
    }

    private static void CheckNumber(IniLine? line, int endsBelow, int harmsBelow, int harmsAbove, List<IniProblem> problems)
    {
        if (line?.Value is { } value && Atoi.Of(value) is var number && (number < harmsBelow || number > harmsAbove))
        {
            var range = harmsAbove == int.MaxValue ? $"at least {harmsBelow}" : $"from {harmsBelow} to {harmsAbove}";
            problems.Add(new IniProblem(
                IniCode.NumberOutOfRange, number < endsBelow ? IniEffect.Ends : IniEffect.Harms, line.Number, $"{line.Key} must be a whole number, {range}, not \"{value}\""));
        }
    }

    private static void CheckMasks(IniDocument ini, List<IniProblem> problems)
    {
        var mask = ini.FindGlobal("K2HMASKBIT");
        var collision = ini.FindGlobal("K2HCMASKBIT");
        var bits = BitsOf(mask, DefaultMaskBits) + BitsOf(collision, DefaultCollisionMaskBits);
        if (bits > MostMaskBits)
        {
            problems.Add(IniProblem.Harms(
                IniCode.HashTooLarge, (mask ?? collision)?.Number ?? 0, $"K2HMASKBIT and K2HCMASKBIT must be at most {MostMaskBits} together, not {bits}, or chmpx takes minutes to start"));
        }
    }

    // One that is out of its own bounds is reported as that.
    private static int BitsOf(IniLine? line, int otherwise) => line?.Value is not { } value ? otherwise : Atoi.Of(value) is >= 0 and <= MostMaskBits and var bits ? bits : 0;

    private static void CheckPlaces(IniDocument ini, ChmpxNodes nodes, List<IniProblem> problems)
    {
        var room = RingRoom.Of(ini, nodes, slaves: 1);
        if (room.Places > 0 && room.Places < room.Nodes)
        {
            problems.Add(IniProblem.Harms(IniCode.TooFewPlaces, ini.FindGlobal("MAXCHMPX")?.Number ?? 0, $"MAXCHMPX is {room.Places}, but the servers and this node are {room.Nodes}"));
        }
    }
}
