using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// A configuration that chmpx accepts for a slave. Anything else throws <see cref="FormatException"/>: chmpx then fails to
/// start with exit code 1, or on a reload exits with code 0 (chmconf.cc: CheckUpdate).
/// </summary>
internal sealed partial record ChmpxConfiguration(
    string Group, int Revision, long Date, bool IsRandom, string IdType, int? SelfControlPort, string SelfCuk,
    IReadOnlyDictionary<string, string> Global, IReadOnlyList<ChmpxNode> Servers, IReadOnlyList<ChmpxNode> Slaves)
{
    // The keys of CHMCFGINFO::compare (chmconf.h), which ignores DATE, SELFCUK and the K2H* keys.
    private static readonly string[] Compared =
    [
        "GROUP", "FILEVERSION", "MODE", "DELIVERMODE", "SELFCTLPORT", "CHMPXIDTYPE", "MAXCHMPX", "REPLICA", "MAXMQSERVER", "MAXMQCLIENT",
        "MQPERATTACH", "MAXQPERSERVERMQ", "MAXQPERCLIENTMQ", "MAXMQPERCLIENT", "MAXHISTLOG", "RETRYCNT", "MQRETRYCNT", "MQACK", "RWTIMEOUT",
        "CONTIMEOUT", "MQRWTIMEOUT", "AUTOMERGE", "DOMERGE", "MERGETIMEOUT", "SOCKTHREADCNT", "MQTHREADCNT", "MAXSOCKPOOL", "SOCKPOOLTIMEOUT",
        "SSL_MIN_VER", "NSSDB_DIR",
    ];

    private static readonly string[] Switches = ["MQACK", "AUTOMERGE", "DOMERGE", "K2HFULLMAP", "SSL", "SSL_VERIFY_PEER"];

    public static ChmpxConfiguration Load(string path, int? controlPort = null, string? cuk = null) =>
        Parse(Encoding.Latin1.GetString(File.ReadAllBytes(path)), controlPort, cuk);

    public bool IsSameAs(ChmpxConfiguration other) =>
        Compared.All(key => Global.GetValueOrDefault(key) == other.Global.GetValueOrDefault(key))
        && Servers.SequenceEqual(other.Servers)
        && Slaves.SequenceEqual(other.Slaves);

    /// <summary>The node's own entry, which is required at startup only. An entry's CUK is a regular expression searched for in SELFCUK (chmregex.cc).</summary>
    public ChmpxNode? FindSelf() => Slaves.FirstOrDefault(slave =>
        (SelfControlPort is null || slave.ControlPort == SelfControlPort)
        && (slave.Cuk == SelfCuk || (slave.Cuk.Length > 0 && Matches(slave.Cuk, SelfCuk))));

    internal static ChmpxConfiguration Parse(string text, int? controlPort = null, string? cuk = null)
    {
        var raw = RawIni.Read(text);
        var global = raw.Global;
        var group = Require(global, "GROUP");
        var revision = Number(Require(global, "FILEVERSION"));
        if (global.TryGetValue("MODE", out var mode) && !mode.Equals("slave", StringComparison.OrdinalIgnoreCase))
        {
            // In server mode the file lists the node itself; the stand-in simulates slaves only.
            throw new FormatException($"MODE is {mode}, but this node is not among the servers");
        }
        var idType = global.GetValueOrDefault("CHMPXIDTYPE", "NAME").ToUpperInvariant();
        if (idType is not ("NAME" or "CUK" or "CTLENDPOINTS" or "CTLEPS" or "CUSTOM"))
        {
            throw new FormatException($"CHMPXIDTYPE is {idType}");
        }
        var deliver = Require(global, "DELIVERMODE").ToLowerInvariant();
        if (deliver is not ("random" or "hash"))
        {
            throw new FormatException($"DELIVERMODE is {deliver}");
        }
        foreach (var key in Switches)
        {
            Switch(global, key, false);
        }
        if (global.TryGetValue("MAXSOCKPOOL", out var pool) && Number(pool) < 1)
        {
            throw new FormatException($"MAXSOCKPOOL is {pool}");
        }
        CheckCertificates(global, Switch(global, "SSL", false), inGlobal: true);
        var servers = raw.Servers.Select(keys => Server(keys, global, idType)).ToList();
        var slaves = raw.Slaves.Select(keys => Slave(keys, global, idType)).ToList();
        if (servers.Count == 0 || slaves.Count == 0)
        {
            throw new FormatException($"there is no [{(servers.Count == 0 ? "SVRNODE" : "SLVNODE")}]");
        }
        return new(
            group, revision, UnixTime(global.GetValueOrDefault("DATE", "")), deliver == "random", idType,
            controlPort ?? (global.TryGetValue("SELFCTLPORT", out var own) ? Port(own) : null), cuk ?? global.GetValueOrDefault("SELFCUK", ""),
            global, servers, slaves);
    }

    private static ChmpxNode Server(IReadOnlyDictionary<string, string> keys, Dictionary<string, string> global, string idType)
    {
        var name = keys["NAME"];
        if (name.Length == 0)
        {
            throw new FormatException("a server's NAME is empty");
        }
        var ssl = Switch(keys, "SSL", Switch(global, "SSL", false));
        Switch(keys, "SSL_VERIFY_PEER", false);
        CheckCertificates(new Dictionary<string, string>([.. global, .. keys.Where(key => !global.ContainsKey(key.Key))]), ssl, inGlobal: false);
        return Node(keys, global, idType, isServer: true) with
        {
            Name = name,
            Port = Port(keys.GetValueOrDefault("PORT") ?? global.GetValueOrDefault("PORT") ?? throw new FormatException($"server {name} has no PORT")),
            Endpoints = keys.GetValueOrDefault("ENDPOINTS", ""),
            Tls = Tls(keys, global, ssl),
        };
    }

    private static ChmpxNode Slave(IReadOnlyDictionary<string, string> keys, Dictionary<string, string> global, string idType) =>
        Node(keys, global, idType, isServer: false) with { Tls = Tls(keys, global, isOn: false) };

    private static ChmpxTls Tls(IReadOnlyDictionary<string, string> keys, Dictionary<string, string> global, bool isOn)
    {
        string Value(string key) => keys.GetValueOrDefault(key) ?? global.GetValueOrDefault(key, "");
        return new(
            isOn, isOn && Switch(keys, "SSL_VERIFY_PEER", Switch(global, "SSL_VERIFY_PEER", false)), Value("CAPATH"),
            Value("SERVER_CERT"), Value("SERVER_PRIKEY"), Value("SLAVE_CERT"), Value("SLAVE_PRIKEY"));
    }

    private static ChmpxNode Node(IReadOnlyDictionary<string, string> keys, Dictionary<string, string> global, string idType, bool isServer)
    {
        var name = keys["NAME"];
        if (idType == "CUK" && !keys.ContainsKey("CUK"))
        {
            throw new FormatException($"node {name} has no CUK");
        }
        if (isServer && idType == "CUSTOM" && !keys.ContainsKey("CUSTOM_ID_SEED"))
        {
            throw new FormatException($"server {name} has no CUSTOM_ID_SEED");
        }
        var controlPort = keys.GetValueOrDefault("CTLPORT") ?? global.GetValueOrDefault("CTLPORT") ?? throw new FormatException($"node {name} has no CTLPORT");
        return new(
            name, -1, Port(controlPort), keys.GetValueOrDefault("CUK", ""), keys.GetValueOrDefault("CUSTOM_ID_SEED", ""), "",
            keys.GetValueOrDefault("CTLENDPOINTS", ""), keys.GetValueOrDefault("FORWARD_PEERS", ""), keys.GetValueOrDefault("REVERSE_PEERS", ""), ChmpxTls.Off);
    }

    // SSL needs an existing certificate and key; without SSL neither may be set (chmconf.cc).
    private static void CheckCertificates(IReadOnlyDictionary<string, string> keys, bool ssl, bool inGlobal)
    {
        foreach (var key in (string[])["SERVER_CERT", "SERVER_PRIKEY"])
        {
            var path = keys.GetValueOrDefault(key, "");
            var isSet = path.Length > 0 && !path.Equals("NULL", StringComparison.OrdinalIgnoreCase);
            if (isSet && !ssl)
            {
                throw new FormatException($"{key} is set, but SSL is off");
            }
            if ((isSet && !File.Exists(path)) || (!isSet && ssl && !inGlobal))
            {
                throw new FormatException($"SSL is on, but {key} is no file: '{path}'");
            }
        }
    }

    private static string Require(Dictionary<string, string> global, string key) =>
        global.GetValueOrDefault(key) ?? throw new FormatException($"there is no {key} in [GLOBAL]");

    private static bool Switch(IReadOnlyDictionary<string, string> keys, string key, bool fallback) => keys.GetValueOrDefault(key)?.ToUpperInvariant() switch
    {
        null => fallback,
        "ON" or "YES" => true,
        "OFF" or "NO" => false,
        var wrong => throw new FormatException($"{key} is {wrong}"),
    };

    /// <summary>A number from [GLOBAL], or chmpx's default.</summary>
    public int Number(string key, int fallback) => Global.TryGetValue(key, out var text) && Number(text) is > 0 and var number ? number : fallback;

    /// <summary>C's atoi: text that is not a number is 0, and a number that is too large wraps around.</summary>
    private static int Number(string text)
    {
        var digits = LeadingNumber().Match(text).Value;
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? unchecked((int)number) : digits.Length > 0 ? -1 : 0;
    }

    private static int Port(string text) => unchecked((short)Number(text));

    private static long UnixTime(string date) =>
        DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeSeconds() : 0;

    private static bool Matches(string pattern, string text)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^\s*[+-]?\d+")]
    private static partial Regex LeadingNumber();
}
