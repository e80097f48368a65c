namespace SlaveAgent.Fuzz.Differential;

/// <summary>Makes configurations that chmpx takes, nearly takes, and does not take: the same seed makes the same ones.</summary>
public sealed class IniGenerator(int seed)
{
    public const int Port = 8031;
    public const string Cuk = "cuk-slv1";

    private readonly Random _random = new(seed);

    /// <summary>What the real program starts with; its servers are closed ports.</summary>
    public const string Good = """
        [GLOBAL]
        FILEVERSION = 3
        DATE = Fri, 01 Jan 2027 00:00:00 +0000
        GROUP = ring
        MODE = SLAVE
        CHMPXIDTYPE = CUSTOM
        DELIVERMODE = hash
        MAXCHMPX = 16
        REPLICA = 1
        MAXMQSERVER = 2
        MAXMQCLIENT = 8
        MQPERATTACH = 1
        MAXQPERSERVERMQ = 1
        MAXQPERCLIENTMQ = 1
        MAXMQPERCLIENT = 2
        MAXHISTLOG = 0
        SELFCTLPORT = 8031
        SELFCUK = cuk-slv1
        RWTIMEOUT = 10000
        RETRYCNT = 500
        CONTIMEOUT = 1000
        MQACK = no
        AUTOMERGE = on
        DOMERGE = on
        SOCKTHREADCNT = 2
        MQTHREADCNT = 2
        MAXSOCKPOOL = 2
        SSL = no
        K2HFULLMAP = on
        K2HMASKBIT = 4
        K2HCMASKBIT = 4
        K2HMAXELE = 4

        [SVRNODE]
        NAME = 127.0.0.1
        PORT = 1
        CTLPORT = 2
        CUK = cuk-svr1
        CUSTOM_ID_SEED = svr1
        SSL = no

        [SVRNODE]
        NAME = 127.0.0.1
        PORT = 3
        CTLPORT = 4
        CUK = cuk-svr2
        CUSTOM_ID_SEED = svr2
        ENDPOINTS = 127.0.0.1:3
        SSL = no

        [SLVNODE]
        NAME = 127.0.0.1
        CTLPORT = 8031
        CUK = cuk-slv1
        CUSTOM_ID_SEED = slv1

        """;

    public string Next()
    {
        var text = Good;
        for (var times = _random.Next(1, 5); times > 0; times--)
        {
            text = Change(text);
        }

        return text;
    }

    private string Change(string text)
    {
        var lines = text.Split('\n').ToList();
        var at = _random.Next(lines.Count);
        switch (_random.Next(9))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(_random.Next(lines.Count), lines[at]);
                break;
            case 2:
                lines.Insert(at, Pick(Lines));
                break;
            case 3 or 4 when lines[at].Contains('=', StringComparison.Ordinal):
                lines[at] = $"{lines[at].Split('=')[0]}= {Pick(Values)}";
                break;
            case 5 when lines[at].Contains('=', StringComparison.Ordinal):
                lines[at] = $"{lines[at].Split('=')[0]}= {Pick(Writings).Replace("{0}", lines[at].Split('=')[1].Trim(), StringComparison.Ordinal)}";
                break;
            case 6:
                lines[at] = lines[at].Insert(_random.Next(lines[at].Length + 1), Pick(Characters));
                break;
            case 7:
                return _random.Next(2) == 0 ? text + Pick(Sections) : Pick(Sections).TrimStart('\n') + text;
            default:
                (lines[at], var other) = (lines[_random.Next(lines.Count)], lines[at]);
                lines.Insert(_random.Next(lines.Count), other);
                break;
        }

        return string.Join('\n', lines);
    }

    private string Pick(string[] from) => from[_random.Next(from.Length)];

    private static readonly string[] Characters =
        ["#", " #", "\"", "'", "\\", "=", "[", "]", " ", "\t", "\r", "x", "9", "\u00a0", "é", "\\#", "\\ #", "\f", "\v", "-", "\u2028", "\u0085", ";", ",", "/", ":", "クラスタ"];

    private static readonly string[] Writings =
        ["'{0}'", "\"{0}\"", "{0} # note", "{0}#note", "{0} ; note", "\\{0}", "{0}\\#", "{0} \\#", "{0}\\ #x", "{0}\u00a0#x", "''{0}", "{0}\"\"", "\"{0}\\a\"", "{0}x", "+{0}", "0{0}", "{0} {0}"];

    private static readonly string[] Values =
    [
        "", "0", "1", "-1", "-2", "-100", "2", "15", "31", "129", "1024", "8192", "32767", "32768", "65535", "65536", "2147483647", "2147483648", "4294967296", "99999999999999999999", "1x", "on", "yes", "NO",
        "OFF", "true", "hash", "RANDOM", "slave", "SERVER", "NULL", "127.0.0.1", "localhost", "/", "/etc/passwd", "/etc", "name", "CUK", "cuk-slv1", "cuk", ".*", "[.]*", "my cluster", "a:b", "a+b@c", "it's",
        "s[1-3]", "s[3-1]", "s[a-c]", "s[1,2][a,b]", "s[", "s]", "a,b", "[,]", "s[1-99]", "a b", "10.9.*", "[[:alpha:]]+", "(cuk|x)-slv1", "slv[0-9]", "500 ; note", "-500", "CTLEPS", "CUSTOM", "TLSv1.2", "default",
        "fd00:9::11:3", "[fd00:9::11]:3", "127.0.0.1:5,,x:y",
    ];

    private static readonly string[] Lines =
    [
        "[GLOBAL]", "[SVRNODE]", "[SLVNODE]", "[K2HDKC]", "[svrnode]", "[ SLVNODE ]", "[SVRNODE] # 2", "[]", "[", "# note", "; note", "INCLUDE = /etc/passwd", "KEY", "= value", "SSL = yes", "SSL = no",
        "SSL_VERIFY_PEER = yes", "SSL_VERIFY_PEER = no", "CAPATH = /etc", "CAPATH = NULL", "SERVER_CERT = /etc/passwd", "SERVER_PRIKEY = /etc/passwd", "SLAVE_CERT = /etc/passwd", "SLAVE_CERT = /gone",
        "SLAVE_PRIKEY = /etc/passwd", "SLAVE_PRIKEY = NULL", "SSL_MIN_VER = tlsv1.2", "SSL_MIN_VER = default", "SSL_MIN_VER =", "NSSDB_DIR = /etc", "NSSDB_DIR =", "CHMPXIDTYPE = NAME", "CHMPXIDTYPE = CUK",
        "CHMPXIDTYPE = CTLENDPOINTS", "CTLENDPOINTS = 127.0.0.1:5", "ENDPOINTS = 127.0.0.1:5,,x:y", "FORWARD_PEERS = 127.0.0.1", "REVERSE_PEERS = [", "CTLPORT = 9", "CTLPORT = -1", "PORT = 9", "K2HMASKBIT = 13",
        "K2HCMASKBIT = 0", "MAXHISTLOG = 10", "MERGETIMEOUT = 1", "MERGETIMEOUT = -1", "REPLICA = 400", "MAXSOCKPOOL = 900", "SOCKTHREADCNT = 0", "SOCKPOOLTIMEOUT = 0", "SOCKPOOLTIMEOUT = -1", "CUK = other",
        "NAME = 127.0.0.9", "NAME = 127.0.0.[1-3]", "NAME = s[", "NAME =", "CUSTOM_ID_SEED = svr1", "DELIVERMODE = random", "MQRWTIMEOUT = -1", "MQRETRYCNT = -1", "GROUP = a/b", "GROUP = クラスタ", "hello world",
        "MODE = SLAVE", "SELFCUK = other", "SELFCTLPORT = -1", "'GROUP' = ring", "\"PORT\" = 7", "it's",
    ];

    private static readonly string[] Sections =
    [
        "\n[SLVNODE]\nNAME = s2\n", "\n[SLVNODE]\nCUK = c2\n", "\n[SLVNODE]\nNAME = s2\nCTLPORT = 99999\n", "\n[SLVNODE]\nNAME = [\nCTLPORT = 5\nCUK = c2\n", "\n[SVRNODE]\nNAME = s3\n", "\n[SVRNODE]\nCUK = s3\n",
        "\n[SVRNODE]\nNAME = s3\nPORT = 5\nCTLPORT = 6\nCUK = c3\nCUSTOM_ID_SEED = s3\n", "\n[SVRNODE]\nNAME = 127.0.0.1\nPORT = 5\nCTLPORT = 2\nCUK = again\n", "\n[SVRNODE]\nNAME = s[1-20]\nPORT = 5\nCTLPORT = 6\nCUSTOM_ID_SEED = x\n",
        "\n[SVRNODE]\n", "\n[GLOBAL]\nGROUP = ring\n", "\n[GLOBAL]\nCTLPORT = 8031\nPORT = 9\n", "\n[SLVNODE]\nNAME = 127.0.0.1\nCTLPORT = 8031\nCUK = gone\n", "\n[SVRNODE]\nNAME = s3\nPORT = 70000\nCTLPORT = -1\nCUSTOM_ID_SEED = s3\n",
        "\n[SVRNODE]\nNAME = s3\nPORT = 1\nCTLPORT = 2\nCUSTOM_ID_SEED = s3\nSSL = yes\nSERVER_CERT = /etc/passwd\nSERVER_PRIKEY = /etc/passwd\n",
        "\n[SLVNODE]\nNAME = s2\nCTLPORT = 1\nCUK =\nSLAVE_CERT = /etc/passwd\nSLAVE_PRIKEY = /etc/passwd\n",
    ];
}
