using System.Collections.Frozen;

namespace SlaveAgent.Chmpx;

/// <summary>The keys that chmpx reads (lib/chmconf.cc).</summary>
internal static class KnownKeys
{
    private static readonly FrozenSet<string> All = FrozenSet.ToFrozenSet(
        [
            "GROUP", "FILEVERSION", "MODE", "DELIVERMODE", "REPLICA", "CHMPXIDTYPE", "MAXCHMPX", "MAXMQSERVER", "MAXMQCLIENT", "MQPERATTACH", "MAXQPERSERVERMQ", "MAXQPERCLIENTMQ",
            "MAXMQPERCLIENT", "MAXHISTLOG", "DATE", "PORT", "CTLPORT", "SELFCTLPORT", "SELFCUK", "RWTIMEOUT", "RETRYCNT", "CONTIMEOUT", "MQRWTIMEOUT", "MQRETRYCNT", "MQACK",
            "AUTOMERGE", "DOMERGE", "MERGETIMEOUT", "SOCKTHREADCNT", "MQTHREADCNT", "MAXSOCKPOOL", "SOCKPOOLTIMEOUT", "SSL", "SSL_VERIFY_PEER", "CAPATH", "SERVER_CERT", "SERVER_PRIKEY",
            "SLAVE_CERT", "SLAVE_PRIKEY", "SSL_MIN_VER", "NSSDB_DIR", "K2HFULLMAP", "K2HMASKBIT", "K2HCMASKBIT", "K2HMAXELE", "NAME", "CUK", "CUSTOM_ID_SEED", "ENDPOINTS", "CTLENDPOINTS",
            "FORWARD_PEERS", "REVERSE_PEERS",
        ],
        StringComparer.Ordinal);

    /// <summary>Whether a line that chmpx throws away was meant to change something. DATE and FILEVERSION are shown and no more.</summary>
    public static bool MatterInDamagedLine(string key) => All.Contains(key) && key is not ("DATE" or "FILEVERSION");
}
