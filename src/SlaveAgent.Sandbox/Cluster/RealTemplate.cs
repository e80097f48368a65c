using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>
/// The resource of a cluster whose servers are all at one address, each with its own ports, CUK and seed. A server's ports are
/// in its host entry; its own control port replaces a placeholder, as the instance ID does. A slave on another machine registers its address as inboundip.
/// </summary>
internal static class RealTemplate
{
    public const string OwnControlPort = "__SELF_CTLPORT__";

    private const string Text =
        """
        {{#!k2hr3template }}
        [GLOBAL]
        FILEVERSION = 1
        DATE = Thu, 28 May 2020 04:56:20 +0000
        GROUP = {{= %cluster-name% }}
        MODE = {{= %chmpx-mode% }}
        CHMPXIDTYPE = CUSTOM
        DELIVERMODE = hash
        MAXCHMPX = 64
        REPLICA = 1
        MAXMQSERVER = 8
        MAXMQCLIENT = 128
        MQPERATTACH = 8
        MAXQPERSERVERMQ = 8
        MAXQPERCLIENTMQ = 8
        MAXMQPERCLIENT = 16
        MAXHISTLOG = 0
        SELFCTLPORT = {{ if 'SERVER' == %chmpx-mode% }}__SELF_CTLPORT__{{ else }}{{= %chmpx-slave-ctlport% }}{{ endif }}
        SELFCUK = __SELF_INSTANCE_ID__
        RWTIMEOUT = 10000
        RETRYCNT = 500
        CONTIMEOUT = 1000
        MQRWTIMEOUT = 500
        MQRETRYCNT = 10000
        MQACK = no
        AUTOMERGE = on
        DOMERGE = on
        MERGETIMEOUT = 0
        SOCKTHREADCNT = 8
        MQTHREADCNT = 8
        MAXSOCKPOOL = 16
        SOCKPOOLTIMEOUT = 0
        SSL = no
        K2HFULLMAP = on
        K2HMASKBIT = 4
        K2HCMASKBIT = 8
        K2HMAXELE = 16
        {{ foreach %key% in %@ROLE@/server/hosts/ip% }}{{ %node% = %@ROLE@/server/hosts/ip%{%key%} }}
        [SVRNODE]
        NAME = @SERVERS@
        PORT = {{= %node%{'port'} }}
        CTLPORT = {{= %node%{'port'} + 1 }}
        CUK = {{= %node%{'cuk'} }}
        CUSTOM_ID_SEED = {{= %node%{'tag'} }}
        SSL = no
        {{ done }}{{ if 0 < %@ROLE@/slave/hosts/ip%.length }}{{ foreach %key% in %@ROLE@/slave/hosts/ip% }}{{ %node% = %@ROLE@/slave/hosts/ip%{%key%} }}
        [SLVNODE]
        NAME = {{ if %node%{'inboundip'} }}{{= %node%{'inboundip'} }}{{ else }}127.0.0.1{{ endif }}
        CTLPORT = {{= %chmpx-slave-ctlport% }}
        CUK = {{= %node%{'cuk'} }}
        CUSTOM_ID_SEED = {{= %node%{'tag'} }}
        {{ done }}{{ else }}
        [SLVNODE]
        NAME = 127.0.0.1
        CTLPORT = {{= %chmpx-slave-ctlport% }}
        CUK = dummy_cuk
        CUSTOM_ID_SEED = dummy
        {{ endif }}{{ if 'SERVER' == %chmpx-mode% }}
        [K2HDKC]
        K2HTYPE = mem
        K2HFULLMAP = on
        K2HINIT = yes
        K2HMASKBIT = 8
        K2HCMASKBIT = 4
        K2HMAXELE = 16
        K2HPAGESIZE = 128
        MAXTHREAD = 20
        {{ endif }}

        """;

    public static string For(DbaasCluster cluster, string servers) =>
        Text.Replace("@ROLE@", cluster.Role.ToString(), StringComparison.Ordinal).Replace("@SERVERS@", servers, StringComparison.Ordinal);
}
